package client

import (
	"context"
	"net/http"
	"time"
)

// HeldRole is a role that somebody has, or is to have.
type HeldRole struct {
	Name  string    `json:"name"`           // such as Supervisor, or custom:<id> of the account's own
	Until time.Time `json:"until,omitzero"` // when it ends; zero where it does not
}

// Roles are roles that do not end.
func Roles(names ...string) []HeldRole {
	all := make([]HeldRole, len(names))
	for i, name := range names {
		all[i].Name = name
	}
	return all
}

// Member is somebody who works in the account.
type Member struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Email      string     `json:"email"`
	Owner      bool       `json:"owner"` // whether they own the account, which is no role
	Roles      []HeldRole `json:"roles"`
	State      string     `json:"state"`    // of their login: active or suspended
	TwoStep    bool       `json:"two_step"` // whether they can sign in by two steps
	LastSignIn *time.Time `json:"last_sign_in"`
	Since      time.Time  `json:"since"`
}

// MemberChange changes a member.
type MemberChange struct {
	Roles []HeldRole `json:"roles"` // all of them
}

// Members are those of an account, who come by invite. Their list takes q, role,
// state, two_step and seen.
type Members struct {
	Things[Member, MemberChange]
	Batches
}

// Members are those of the account.
func (a Account) Members() Members {
	m := things[Member, MemberChange](a, "/members")
	return Members{m, Batches{m.address}}
}

// Session is one of a member that has been in the account.
type Session struct {
	ID        string    `json:"id"`
	Agent     string    `json:"agent"` // the browser, as it calls itself
	Address   string    `json:"address"`
	StartedAt time.Time `json:"started_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Sessions are those of a member.
func (m Members) Sessions(ctx context.Context, id string) ([]Session, error) {
	var p Page[Session]
	err := m.account.do(ctx, http.MethodGet, m.at(id, "/sessions"), nil, &p)
	return p.Items, err
}

// EndSessions ends one session of a member, or all where none is named, and tells how
// many ended.
func (m Members) EndSessions(ctx context.Context, id, session string) (int, error) {
	in := map[string]string{}
	if session != "" {
		in["session"] = session
	}
	var out struct {
		Ended int `json:"ended"`
	}
	err := m.account.do(ctx, http.MethodPost, m.at(id, "/sessions/end"), in, &out)
	return out.Ended, err
}

// Invite is one that waits.
type Invite struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Roles     []HeldRole `json:"roles"`
	InvitedBy string     `json:"invited_by"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
}

// NewInvites are addresses to invite, 100 at most.
type NewInvites struct {
	Emails []string   `json:"emails"`
	Roles  []HeldRole `json:"roles"`
}

// Invited is what became of one address.
type Invited struct {
	Email     string     `json:"email"`
	Link      string     `json:"link"` // works once, for this address alone; given only now
	ExpiresAt *time.Time `json:"expires_at"`
	Problem   string     `json:"problem"` // why it is not invited
}

// Invites are those of an account that wait. Their list takes q.
type Invites struct{ List[Invite] }

// Invites are those of the account.
func (a Account) Invites() Invites {
	return Invites{list[Invite](a, "/members/invites")}
}

// Send invites, and says what became of each address.
func (i Invites) Send(ctx context.Context, in NewInvites, options ...Option) ([]Invited, error) {
	var out struct {
		Results []Invited `json:"results"`
	}
	err := i.account.do(ctx, http.MethodPost, i.path, in, &out, options...)
	return out.Results, err
}

// Resend sends an invite again, with a new link.
func (i Invites) Resend(ctx context.Context, id string) (x Invited, err error) {
	err = i.account.do(ctx, http.MethodPost, i.at(id, "/resend"), nil, &x)
	return x, err
}

// Cancel makes an invite's link useless.
func (i Invites) Cancel(ctx context.Context, id string) error {
	return i.account.do(ctx, http.MethodPost, i.at(id, "/cancel"), nil, nil)
}

// Subuser is somebody who signs in by the account's own link.
type Subuser struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Roles       []HeldRole `json:"roles"`
	State       string     `json:"state"` // active or suspended
	HasPassword bool       `json:"has_password"`
	TwoStep     bool       `json:"two_step"` // whether the sign-in takes a second step
	LastSignIn  *time.Time `json:"last_sign_in"`
	CreatedAt   time.Time  `json:"created_at"`

	// Where subusers sign in, and where this one chooses a password, once: told of one
	// that was just created.
	LoginLink    string `json:"login_link"`
	PasswordLink string `json:"password_link"`
}

// NewSubuser is one to create.
type NewSubuser struct {
	Name        string     `json:"name"` // 1 to 64 lower-case letters, digits and . _ @ + -
	Description string     `json:"description,omitempty"`
	Roles       []HeldRole `json:"roles"`
	Password    string     `json:"password,omitempty"` // or none, for a link by which the subuser chooses one
}

// SubuserChange changes a subuser.
type SubuserChange struct {
	Name        *string    `json:"name,omitempty"`
	Description *string    `json:"description,omitempty"`
	Roles       []HeldRole `json:"roles,omitempty"` // all of them; none leaves them
}

// Subusers are those of an account. Their list takes q, role, state, two_step and seen.
type Subusers struct {
	Collection[Subuser, NewSubuser, SubuserChange]
	Batches
}

// Subusers are those of the account.
func (a Account) Subusers() Subusers {
	s := collection[Subuser, NewSubuser, SubuserChange](a, "/settings/subusers")
	return Subusers{s, Batches{s.address}}
}

// Suspend keeps one out until it is resumed.
func (s Subusers) Suspend(ctx context.Context, id string) (Subuser, error) {
	return s.Act(ctx, id, "suspend", nil)
}

// Resume lets one in again.
func (s Subusers) Resume(ctx context.Context, id string) (Subuser, error) {
	return s.Act(ctx, id, "resume", nil)
}

// EndSessions signs one out everywhere.
func (s Subusers) EndSessions(ctx context.Context, id string) (Subuser, error) {
	return s.Act(ctx, id, "end-sessions", nil)
}

// ResetTwoStep lets one sign in without the second step.
func (s Subusers) ResetTwoStep(ctx context.Context, id string) (Subuser, error) {
	return s.Act(ctx, id, "two-step", nil)
}

// ResetPassword sets a password or, without one, gives the link where the subuser
// chooses it, once.
func (s Subusers) ResetPassword(ctx context.Context, id, password string) (link string, err error) {
	in, out := map[string]string{}, Subuser{}
	if password != "" {
		in["password"] = password
	}
	err = s.account.do(ctx, http.MethodPost, s.at(id, "/password"), in, &out)
	return out.PasswordLink, err
}

// LoginLink is where all subusers of the account sign in.
func (s Subusers) LoginLink(ctx context.Context) (string, error) {
	return s.link(ctx, http.MethodGet)
}

// ReplaceLoginLink makes a new link; the old one leads nowhere from then on.
func (s Subusers) ReplaceLoginLink(ctx context.Context) (string, error) {
	return s.link(ctx, http.MethodPost)
}

func (s Subusers) link(ctx context.Context, method string) (string, error) {
	var out Subuser
	err := s.account.do(ctx, method, s.path+"/login-link", nil, &out)
	return out.LoginLink, err
}

// Role is one that somebody can have in the account.
type Role struct {
	ID          string   `json:"id"` // of one of the account's own
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Set         string   `json:"set"`         // the set that it is of: subuser, member or account
	For         string   `json:"for"`         // who can have it: member or subuser
	Base        string   `json:"base"`        // the role that one of the account's own was made from
	Sentence    string   `json:"sentence"`    // what it is for
	Permissions []string `json:"permissions"` // the keys of what it gives where it is held
	Below       []string `json:"below"`       // and in accounts below

	Version string `json:"-"` // of one of the account's own that was read by itself, for IfVersion
}

func (r *Role) setVersion(version string) { r.Version = version }

// NewRole is one of the account's own to create.
type NewRole struct {
	Name        string   `json:"name"` // 1 to 64 characters
	Base        string   `json:"base"` // the role to make it from, such as subuser:Supervisor
	Permissions []string `json:"permissions"`
}

// RoleChange changes one of the account's own.
type RoleChange struct {
	Name        *string  `json:"name,omitempty"`
	Permissions []string `json:"permissions,omitzero"` // all of them; nil leaves them
}

// AccountRoles are the roles of an account: those that everybody has, and its own,
// which alone are read, changed and deleted one by one.
type AccountRoles struct {
	Collection[Role, NewRole, RoleChange]
}

// Roles are those of the account.
func (a Account) Roles() AccountRoles {
	return AccountRoles{collection[Role, NewRole, RoleChange](a, "/roles")}
}

// DeleteFor deletes one of the account's own; those who have no other get another role
// instead, where it is named.
func (r AccountRoles) DeleteFor(ctx context.Context, id, instead string, options ...Option) error {
	if instead != "" {
		options = append(options, With("instead", instead))
	}
	return r.Delete(ctx, id, options...)
}
