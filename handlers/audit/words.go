package audit

import (
	"encoding/json"
	"iter"
	"maps"
	"regexp"
	"strings"

	"bailiwick/models/store"
	"bailiwick/words"
)

// actions are what was done, as the end of a sentence that begins with who and
// ends with the name of what it was done to, or has it in place of a *. An action that stands in no line is
// told by its noun and verb.
var actions = map[string]string{
	"account.archive":           "archived",
	"account.archive_many":      "archived many accounts",
	"account.cancel_offer":      "withdrew the offer of",
	"account.create":            "created the account",
	"account.create_sub":        "created sub-accounts",
	"account.decline_ownership": "declined the ownership of",
	"account.delete":            "deleted account",
	"account.edit":              "changed sub-account",
	"account.free_two_step":     "stopped requiring two-step sign-in in",
	"account.label_many":        "added the label * to many accounts",
	"account.limit_idle":        "changed the idle limit of",
	"account.move":              "moved",
	"member.close":              "closed their login",
	"account.offer_ownership":   "offered the ownership of",
	"account.clear_networks":    "cleared the networks of",
	"account.rename":            "renamed the account",
	"account.require_two_step":  "required two-step sign-in in",
	"account.restore":           "restored",
	"account.restore_many":      "restored many accounts",
	"account.resume":            "resumed",
	"account.resume_many":       "resumed many accounts",
	"account.suspend":           "suspended",
	"account.suspend_many":      "suspended many accounts",
	"account.take_ownership":    "became the owner of",
	"account.unlabel_many":      "removed the label * from many accounts",

	"api_key.create":          "created the API key",
	"api_key.edit":            "edited the API key",
	"api_key.revoke":          "revoked the API key",
	"api_key.rotate":          "replaced the API key",
	"service_account.create":  "created the service account",
	"service_account.delete":  "deleted the service account",
	"service_account.edit":    "changed the service account",
	"service_account.resume":  "resumed the service account",
	"service_account.suspend": "suspended the service account",

	"entitlement.copy":            "copied permissions of a sub-account to others under",
	"entitlement.select_all":      "changed a feature of all sub-accounts of",
	"entitlement.set":             "changed a feature of",
	"entitlement.undo_copy":       "undid a copy of permissions under",
	"entitlement.undo_select_all": "undid a change to a feature of all sub-accounts of",

	"invite.cancel": "cancelled the invite of",
	"invite.resend": "created a new link for",

	"login_link.replace": "replaced the sign-in link",

	"member.add":                  "added member",
	"member.add_passkey":          "added a passkey",
	"member.ask_email":            "asked for another e-mail address",
	"member.ask_email_proof":      "asked for a link to confirm their e-mail address",
	"member.ask_reset":            "mailed a link for a new password to",
	"member.cancel_email":         "cancelled the change of e-mail address",
	"member.change_email":         "confirmed another e-mail address",
	"member.change_password":      "changed their password",
	"member.edit":                 "changed the roles of",
	"member.invite":               "invited people",
	"member.join":                 "joined",
	"member.leave":                "left",
	"member.prove_email":          "confirmed their e-mail address",
	"member.refuse_passkey":       "tried a passkey that looks copied",
	"member.remove":               "removed member",
	"member.remove_passkey":       "removed a passkey",
	"member.rename":               "changed their name",
	"member.rename_passkey":       "renamed a passkey",
	"member.renew_recovery_codes": "created new recovery codes",
	"member.reset_password":       "chose a new password",
	"member.reset_two_step":       "reset the two-step sign-in of",
	"member.sign_up":              "signed up",
	"member.staff_add":            "gave a role in the installation to",
	"member.staff_remove":         "removed a role in the installation from",
	"member.turn_off_two_step":    "turned off two-step sign-in",
	"member.turn_on_two_step":     "turned on two-step sign-in",
	"member.undo_email":           "undid the change of e-mail address",
	"member.fail_two_step":        "entered the right password and five wrong codes",
	"member.use_recovery_code":    "signed in with a recovery code",

	"role.create": "created the role",
	"role.delete": "deleted the role",
	"role.edit":   "changed the role",

	"member.end_sessions":          "ended sessions of",
	"member.give_role_many":        "gave many members the role",
	"member.remove_many":           "removed many members from",
	"member.take_role_many":        "took from many members the role",
	"subuser.delete_many":          "deleted many subusers in",
	"subuser.end_sessions_many":    "signed out many subusers in",
	"member.end_sessions_many":     "signed out many members in",
	"subuser.give_role_many":       "gave many subusers the role",
	"subuser.resume_many":          "resumed many subusers in",
	"subuser.suspend_many":         "suspended many subusers in",
	"subuser.take_role_many":       "took from many subusers the role",
	"subuser.change_password":      "changed their password",
	"subuser.create":               "added subuser",
	"subuser.delete":               "deleted subuser",
	"subuser.edit":                 "changed subuser",
	"subuser.end_sessions":         "signed out everywhere",
	"subuser.renew_recovery_codes": "created new recovery codes",
	"subuser.reset_password":       "reset the password of",
	"subuser.reset_two_step":       "reset the two-step sign-in of",
	"subuser.resume":               "resumed subuser",
	"subuser.set_password":         "set their password",
	"subuser.suspend":              "suspended subuser",
	"subuser.turn_off_two_step":    "turned off two-step sign-in",
	"subuser.turn_on_two_step":     "turned on two-step sign-in",
	"subuser.fail_two_step":        "entered the right password and five wrong codes",
	"subuser.use_recovery_code":    "signed in with a recovery code",

	"support_access.close": "turned off support access",
	"support_access.open":  "turned on support access",

	"timeless_account.create": "created timeless account",
	"timeless_account.delete": "deleted timeless account",
	"timeless_account.edit":   "changed timeless account",
}

// pasts are the verbs that every kind of record has, and those of acts.
var pasts = map[string]string{
	"create": "added", "edit": "changed", "delete": "deleted", "append": "appended to", "import": "imported", "report": "reported",
	"replace_secret": "replaced the secret of", "restore": "restored", "undo": "undid a change of", "add_tags": "tagged", "remove_tags": "removed tags from",

	"allow": "allowed", "attach": "attached", "block": "blocked", "buy": "bought", "cancel": "cancelled", "close": "closed", "comment": "commented on",
	"deactivate": "deactivated", "detach": "detached", "flag": "flagged", "parameters": "set the parameters of", "pause": "paused", "release": "released",
	"reply": "replied to", "reserve": "reserved", "start": "started", "switch_off": "turned off", "switch_on": "turned on", "tag": "tagged", "unblock": "unblocked",
	"unflag": "removed the flag from",
}

// manyPasts are the verbs of many records of a kind at once.
var manyPasts = map[string]string{"append": "added", "import": "imported", "report": "reported"}

// Past is the verb of an act in the past: "paused".
func Past(verb string) string {
	if past := pasts[verb]; past != "" {
		return past
	}
	return strings.ReplaceAll(verb, "_", " ")
}

// ActionTitle is what an action is called, or nothing where no line says.
func ActionTitle(action string) string { return actions[action] }

// actionWords says what was done, as the end of a sentence that begins with who.
func (h *Handlers) actionWords(e store.AuditEvent) string {
	sentence, known := actions[e.Action]
	if !known {
		noun, verb, _ := strings.Cut(e.Action, ".")
		kind := h.Catalog.Kind(noun)
		noun = h.kindWords(noun)
		past := pasts[verb]
		if past == "" {
			past = "used “" + strings.ReplaceAll(verb, "_", " ") + "” on"
		}
		if one, many := strings.CutSuffix(verb, "_many"); many && kind != nil {
			past, noun = Past(one), kind.Section.Records.Plural
		}
		if many := manyPasts[verb]; many != "" && e.ResourceName == "" && kind != nil {
			past, noun = many, kind.Section.Records.Plural
			if n := howMany(e); n > 0 {
				noun = words.Count(n, kind.Section.Records.Noun, noun)
			}
		}
		sentence = past + " " + noun
	}
	if before, after, inside := strings.Cut(sentence, "*"); inside {
		return before + e.ResourceName + after
	}
	if e.ResourceName != "" && e.ResourceName != e.PrincipalName {
		sentence += " " + words.Phone(e.ResourceName)
	}
	return sentence
}

// howMany is how many records an event about several is about, which its sentence says.
func howMany(e store.AuditEvent) int {
	var change struct{ Lines, Records int }
	if json.Unmarshal(e.Change, &change) != nil || e.ResourceName != "" {
		return 0
	}
	return max(change.Lines, change.Records)
}

// kindWords is what people call a kind of thing.
func (h *Handlers) kindWords(kind string) string {
	if k := h.Catalog.Kind(kind); k != nil {
		return k.Section.Records.Noun
	}
	if kind == "entitlement" {
		return "permission"
	}
	return strings.ReplaceAll(kind, "_", " ")
}

// nouns are the kinds of thing that events can be about.
func (h *Handlers) nouns() iter.Seq[string] {
	all := map[string]bool{}
	for action := range actions {
		noun, _, _ := strings.Cut(action, ".")
		all[noun] = true
	}
	for _, s := range h.Catalog.Sections {
		if s.Records != nil {
			all[s.Records.Kind.Key] = true
		}
	}
	return maps.Keys(all)
}

const (
	mostFields = 12  // of one event in a list
	mostRunes  = 160 // of one value
)

var principalWords = map[string]string{"member": "a member", "subuser": "a subuser", "service_account": "a service account", "system": "the installation itself"}

var held = regexp.MustCompile(`^.* (\S+) at (` + ids.String() + `)$`)

// fieldTitles are what people call what a write notes; others are called by
// their own names.
var fieldTitles = map[string]string{
	"open_to_main": "Open to members of accounts above", "by_link": "By a one-time link", "copied_from": "Permissions copied from", "allowed": "Can be used",
	"entitlement": "Permission", "given": "Permissions given", "taken": "Permissions taken", "changed": "Sub-accounts changed", "people_who_gain": "People who gain", "people_who_lose": "People who lose", "parent": "Stands below",
	"support_access_opened_by": "Support access opened by", "opened_by": "Opened by", "past_entries": "Include past entries", "feeds": "Fed by", "readers": "Read by",
	"key": "With the key", "begins_with": "Starts with", "expires_at": "Expires", "read_only": "Reading only", "sub_accounts": "For sub-accounts too", "old_key_until": "The old key works until", "overlap": "The old one works for another",
}

// Of what is made there is no before, of what goes no after.
var (
	making = []string{"create", "create_sub", "add", "invite", "join", "sign_up", "import", "report", "append"}
	ending = []string{"delete", "remove", "leave", "cancel"}
)

func has(m map[string]any, key string) bool { _, ok := m[key]; return ok }

// typed are the fields that people write in, whose words stay theirs.
var typed = []string{"name", "names", "description", "search", "reason", "addresses", "label", "labels"}

var custom = regexp.MustCompile(`^(.+) \((custom:[0-9a-f-]{36})\)$`)

// selectAllOf gives the epoch and the entitlement of a Select all, or zero.
func selectAllOf(e store.AuditEvent) (int64, string) {
	var change struct {
		Entitlement string
		Epoch       int64
	}
	if e.Action != "entitlement.select_all" || json.Unmarshal(e.Change, &change) != nil {
		return 0, ""
	}
	return change.Epoch, change.Entitlement
}
