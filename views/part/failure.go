package part

// FailurePage says that something could not be done. Without Frame it stands alone,
// which is also how an absent page looks to somebody who may not know more.
type FailurePage struct {
	Frame     *Frame
	Status    int // HTTP
	Title     string
	Text      string
	RequestID string // to find the matching line in the log
	Links     []Link
}

// DeniedPage says what is missing to somebody who may know that the page is there.
type DeniedPage struct {
	Frame       Frame
	Permission  string // as people know it: "Billing: edit"
	Sentence    string // what the permission allows
	Account     string
	Reason      string   // why it is not given: no role, or what the account lacks
	Roles       []string // that give it here, with their set: "Subuser role: Admin"
	Helpers     []string // names of people who can give it
	RequestID   string
	BackURL     string
	Entitlement string // what the account itself would need, if that is the reason
}

// EndedPage is all that somebody sees of an account whose every role there has ended.
type EndedPage struct {
	Token           string
	Account         string
	When, WhenExact string   // the last of them ended
	Helpers         []string // who can give a role again
	HomeURL         string   // of a member's other accounts; empty for a subuser, who has none
	SignOut         string   // address
}

// SuspendedPage is all that the people of a suspended or archived account see.
type SuspendedPage struct {
	Frame   *Frame // nil for a subuser, who has no other account to go to
	Token   string
	Account string
	Cause   string // the suspended ancestor's name when it is not this account itself and may be told
	Helpers []string
	SignOut string // address

	Archived bool // rather than suspended
}

func (p SuspendedPage) state() string {
	if p.Archived {
		return "archived"
	}
	return "suspended"
}
