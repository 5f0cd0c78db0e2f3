package handlers

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// actions are what was done, as the end of a sentence that begins with who and
// ends with the name of what it was done to. An action that stands in no line is
// told by its noun and verb.
var actions = map[string]string{
	"account.archive":           "archived",
	"account.archive_many":      "archived many accounts",
	"account.cancel_offer":      "took back the offer of",
	"account.create":            "made the account",
	"account.create_sub":        "made sub-accounts",
	"account.decline_ownership": "declined the ownership of",
	"account.delete":            "deleted account",
	"account.edit":              "changed sub-account",
	"account.free_two_step":     "requires two-step sign-in no longer in",
	"account.label_many":        "gave many accounts the label",
	"account.limit_idle":        "changed the idle limit of",
	"account.move":              "moved",
	"member.close":              "closed their login",
	"account.offer_ownership":   "offered the ownership of",
	"account.clear_networks":    "cleared the networks of",
	"account.rename":            "renamed the account",
	"account.require_two_step":  "requires two-step sign-in in",
	"account.restore":           "restored",
	"account.restore_many":      "restored many accounts",
	"account.resume":            "resumed",
	"account.resume_many":       "resumed many accounts",
	"account.suspend":           "suspended",
	"account.suspend_many":      "suspended many accounts",
	"account.take_ownership":    "became the owner of",
	"account.unlabel_many":      "took from many accounts the label",

	"entitlement.select_all":      "changed a permission of all under",
	"entitlement.set":             "changed a permission of",
	"entitlement.undo_select_all": "took back a change of a permission of all under",

	"invite.cancel": "cancelled the invite of",
	"invite.resend": "made a new link for",

	"login_link.replace": "replaced the login link",

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
	"member.refuse_passkey":       "came with a passkey that looks copied",
	"member.remove":               "removed member",
	"member.remove_passkey":       "removed a passkey",
	"member.rename":               "changed their name",
	"member.rename_passkey":       "renamed a passkey",
	"member.renew_recovery_codes": "made new recovery codes",
	"member.reset_password":       "chose a new password",
	"member.reset_two_step":       "reset the two-step sign-in of",
	"member.sign_up":              "signed up",
	"member.staff_add":            "gave a duty in the installation to",
	"member.staff_remove":         "took a duty in the installation from",
	"member.turn_off_two_step":    "turned off two-step sign-in",
	"member.turn_on_two_step":     "turned on two-step sign-in",
	"member.undo_email":           "took back the change of e-mail address",
	"member.fail_two_step":        "gave the right password and five wrong codes",
	"member.use_recovery_code":    "signed in with a recovery code",

	"role.create": "made the role",
	"role.delete": "deleted the role",
	"role.edit":   "changed the role",

	"subuser.change_password":      "changed their password",
	"subuser.create":               "added subuser",
	"subuser.delete":               "deleted subuser",
	"subuser.edit":                 "changed subuser",
	"subuser.end_sessions":         "signed out everywhere",
	"subuser.renew_recovery_codes": "made new recovery codes",
	"subuser.reset_password":       "reset the password of",
	"subuser.reset_two_step":       "reset the two-step sign-in of",
	"subuser.resume":               "resumed subuser",
	"subuser.set_password":         "set their password",
	"subuser.suspend":              "suspended subuser",
	"subuser.turn_off_two_step":    "turned off two-step sign-in",
	"subuser.turn_on_two_step":     "turned on two-step sign-in",
	"subuser.fail_two_step":        "gave the right password and five wrong codes",
	"subuser.use_recovery_code":    "signed in with a recovery code",

	"support_access.close": "closed support access",
	"support_access.open":  "let support staff in",

	"timeless_account.create": "made timeless account",
	"timeless_account.delete": "deleted timeless account",
	"timeless_account.edit":   "changed timeless account",
}

// pasts are the verbs that every kind of record has.
var pasts = map[string]string{
	"create": "added", "edit": "changed", "delete": "deleted", "append": "appended to", "import": "imported", "report": "reported",
}

// manyPasts are the verbs of many records of a kind at once.
var manyPasts = map[string]string{"append": "added", "import": "imported", "report": "reported"}

// ActionTitle is what an action is called, or nothing where no line says.
func ActionTitle(action string) string { return actions[action] }

// actionWords says what was done, as the end of a sentence that begins with who.
func (h *Handlers) actionWords(e models.AuditEvent) string {
	words, known := actions[e.Action]
	if !known {
		noun, verb, _ := strings.Cut(e.Action, ".")
		kind := h.catalog.Kind(noun)
		noun = h.kindWords(noun)
		past := pasts[verb]
		if past == "" {
			past = "used “" + strings.ReplaceAll(verb, "_", " ") + "” on"
		}
		if many := manyPasts[verb]; many != "" && e.ResourceName == "" && kind != nil {
			past, noun = many, kind.Section.Records.Plural
		}
		words = past + " " + noun
	}
	if e.ResourceName != "" && e.ResourceName != e.PrincipalName {
		words += " " + e.ResourceName
	}
	return words
}

// kindWords is what people call a kind of thing.
func (h *Handlers) kindWords(kind string) string {
	if k := h.catalog.Kind(kind); k != nil {
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
	for _, s := range h.catalog.Sections {
		if s.Records != nil {
			all[s.Records.Kind.Key] = true
		}
	}
	return maps.Keys(all)
}

// auditReader tells events to whoever looks: it names what they may know of.
type auditReader struct {
	*Handlers
	visit    *guard.Visit
	zone     *time.Location
	names    map[uuid.UUID]models.AuditName
	standing map[string]bool // Select alls that can be taken back
}

var ids = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// auditReader looks up what the events name, and what has these ids, in one query.
func (h *Handlers) auditReader(c echo.Context, g authz.Grant, events []models.AuditEvent, also ...uuid.UUID) (*auditReader, error) {
	r := &auditReader{Handlers: h, visit: guard.Of(c), zone: zone(c)}
	named, epochs := map[uuid.UUID]bool{}, []int64{}
	for _, id := range also {
		named[id] = true
	}
	for _, e := range events {
		named[e.AccountID] = true
		for _, id := range append(ids.FindAllString(string(e.Change), 100), ids.FindAllString(e.Because, 2)...) {
			named[uuid.MustParse(id)] = true
		}
		if epoch, _ := selectAllOf(e); epoch != 0 {
			epochs = append(epochs, epoch)
		}
	}
	var err error
	if r.names, err = h.store.AuditNames(c.Request().Context(), g.Resource().Tenant, slices.Collect(maps.Keys(named))); err != nil {
		return nil, err
	}
	r.standing, err = h.store.StandingSelectAlls(c.Request().Context(), g, epochs)
	return r, err
}

// auditGlance looks nothing up, for what tells events in short.
func (h *Handlers) auditGlance(c echo.Context) *auditReader {
	return &auditReader{Handlers: h, visit: guard.Of(c), zone: zone(c)}
}

// account names an account that the reader may know of; of another one there is
// nothing to say.
func (r *auditReader) account(id uuid.UUID) string {
	if r.knows(id) {
		return r.names[id].Name
	}
	return "another account"
}

// knows tells whether the reader may know of an account.
func (r *auditReader) knows(id uuid.UUID) bool {
	a, ok := r.visit.Snapshot.Find(id)
	return ok && r.visit.Snapshot.Decide(r.visit.Who, 1, a).Visible()
}

// named is what the reader may know an id in an event as, or the id as it is.
func (r *auditReader) named(e models.AuditEvent, id uuid.UUID) string {
	switch n, ok := r.names[id]; {
	case ok && n.Kind == "account":
		return r.account(id)
	case ok && n.Account == e.AccountID && n.Closed:
		return closedName
	case ok && n.Account == e.AccountID:
		return n.Name
	}
	if _, known := r.visit.Snapshot.Find(id); known && r.names != nil {
		return r.account(id)
	}
	return id.String()
}

// event tells one event whole.
func (r *auditReader) event(c echo.Context, e models.AuditEvent) views.AuditEvent {
	at := e.At.In(r.zone)
	x := views.AuditEvent{
		ID: fmt.Sprintf("e%d-%s", e.Seq, e.AccountID), Who: e.PrincipalName, What: r.actionWords(e), When: when(c, e.At, r.store.Now()), WhenExact: exact(at),
		Fields: r.fields(e),
	}
	if n := len(x.Fields) - mostFields; n > 0 {
		x.Fields, x.More = x.Fields[:mostFields], fmt.Sprintf("%d more are in the CSV.", n)
	}
	fact := func(label, text string) {
		if text != "" {
			x.Facts = append(x.Facts, views.Detail{Label: label, Value: views.Cell{Text: text}})
		}
	}
	fact("Who", strings.TrimSpace(e.PrincipalName+", "+principalWords[e.PrincipalKind]))
	fact("When", exact(at))
	fact("From", e.Address)
	fact("Because of", upper(r.because(e.Because)))
	if p := r.catalog.Permission(e.Permission); p != 0 {
		fact("Permission", r.catalog.Info(p).Title)
	}
	fact("Number", fmt.Sprint(e.Seq))
	return x
}

const (
	mostFields = 12  // of one event in a list
	mostRunes  = 160 // of one value
)

var principalWords = map[string]string{"member": "a member", "subuser": "a subuser", "service_account": "a service account", "system": "the installation itself"}

var held = regexp.MustCompile(`^.* (\S+) at (` + ids.String() + `)$`)

// because says through what somebody was allowed to. An account that the reader
// may not know of is not named.
func (r *auditReader) because(text string) string {
	if text == "oneself" {
		return "their own login"
	}
	m := held.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	title, at := r.roleWords(m[1]), uuid.MustParse(m[2])
	if id, own := strings.CutPrefix(m[1], "custom:"); own {
		title = "a role of the account’s own"
		if id, err := uuid.Parse(id); err == nil && r.knows(at) {
			if role := r.visit.Snapshot.CustomRole(at, id); role != nil {
				title = roleTitle(role)
			}
		}
	}
	if role := r.catalog.Role(m[1]); role != nil && role != r.catalog.Owner() {
		title = roleTitle(role)
	}
	return title + " in " + r.account(at)
}

// fieldTitles are what people call what a write notes; others are called by
// their own names.
var fieldTitles = map[string]string{
	"open_to_main": "Open to members of accounts above", "by_link": "By a one-time link", "copied_from": "Permissions copied from", "allowed": "May be used",
	"entitlement": "Permission", "changed": "Sub-accounts changed", "people_who_gain": "People who gain", "people_who_lose": "People who lose", "parent": "Stands below",
	"support_access_opened_by": "Support access opened by", "opened_by": "Opened by", "past_entries": "With past entries", "feeds": "Fed by", "readers": "Read by",
}

// Of what is made there is no before, of what goes no after.
var (
	making = []string{"create", "create_sub", "add", "invite", "join", "sign_up", "import", "report", "append"}
	ending = []string{"delete", "remove", "leave", "cancel"}
)

// fields are what an event tells of before and after, in the order of the form
// where there is one.
func (r *auditReader) fields(e models.AuditEvent) (all []views.AuditField) {
	var change map[string]any
	if json.Unmarshal(e.Change, &change) != nil {
		return nil
	}
	kind := r.catalog.Kind(e.Kind)
	place := func(name string) int {
		if kind == nil {
			return 0
		}
		return slices.Index(kind.Fields, kind.Field(name))
	}
	names := slices.SortedFunc(maps.Keys(change), func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	_, verb, _ := strings.Cut(e.Action, ".")
	for _, name := range names {
		if base, isID := strings.CutSuffix(name, "_id"); name == "epoch" || strings.HasSuffix(name, "_sha256") || isID && has(change, base) || name == "accounts" && has(change, "names") {
			continue // names say it, or it is for machines
		}
		x := views.AuditField{Name: fieldTitles[name]}
		var field *catalog.Field
		if kind != nil {
			field = kind.Field(name)
		}
		switch {
		case field != nil:
			x.Name = field.Title
		case x.Name == "":
			x.Name = upper(strings.ReplaceAll(name, "_", " "))
		}
		m, both := change[name].(map[string]any)
		both = both && len(m) == 2 && has(m, "from") && has(m, "to")
		switch {
		case both:
			x.Before, x.After = r.words(e, field, name, m["from"]), r.words(e, field, name, m["to"])
			if x.Before == x.After {
				continue
			}
		case slices.Contains(making, verb):
			x.After = r.words(e, field, name, change[name])
		case slices.Contains(ending, verb):
			x.Before = r.words(e, field, name, change[name])
		default:
			x.After = r.words(e, field, name, change[name])
			x.Before = x.After
		}
		all = append(all, x)
	}
	return all
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func has(m map[string]any, key string) bool { _, ok := m[key]; return ok }

// typed are the fields that people write in, whose words stay theirs.
var typed = []string{"name", "names", "description", "search", "reason", "addresses", "label", "labels"}

// words shows a value of a field.
func (r *auditReader) words(e models.AuditEvent, field *catalog.Field, name string, v any) string {
	text := r.plainWords(e, field, name, v)
	if runes := []rune(text); len(runes) > mostRunes {
		text = string(runes[:mostRunes]) + "…"
	}
	return text
}

func (r *auditReader) plainWords(e models.AuditEvent, field *catalog.Field, name string, v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case bool:
		return yesNo(v)
	case []any:
		var all []string
		for i, x := range v {
			if i == 6 {
				all = append(all, fmt.Sprintf("and %d more", len(v)-i))
				break
			}
			all = append(all, r.plainWords(e, field, name, x))
		}
		if len(all) == 0 {
			return "none"
		}
		return strings.Join(all, ", ")
	case string:
		if v == "" {
			return "none"
		}
		return r.textWords(e, field, name, v)
	}
	if field != nil {
		return field.Text(v, r.zone)
	}
	return fmt.Sprint(v)
}

func (r *auditReader) textWords(e models.AuditEvent, field *catalog.Field, name, v string) string {
	id, err := uuid.Parse(v)
	switch {
	case field != nil && field.Option(v) != nil:
		return field.Option(v).Title
	case field != nil && field.Ref != nil && err == nil:
		return r.named(e, id)
	case field != nil && field.Roles != nil:
		return r.roleWords(v)
	case field != nil:
		return field.Text(v, r.zone)
	case slices.Contains(typed, name):
		return v
	case err == nil:
		return r.named(e, id)
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return exact(t.In(r.zone))
	}
	if p := r.catalog.Permission(v); p != 0 && strings.HasPrefix(name, "permission") {
		return r.catalog.Info(p).Title
	}
	return r.roleWords(v)
}

var custom = regexp.MustCompile(`^(.+) \((custom:[0-9a-f-]{36})\)$`)

// roleWords are what people call a role as the audit keeps it, with its end, or
// an entitlement; anything else stays as it is.
func (r *auditReader) roleWords(kept string) string {
	key, until := models.ReadRole(kept)
	title := ""
	if role, stored, wrong := r.store.MemberRole(key, "main"); wrong == "" && stored == key {
		title = role.Title // Admin and User are kept without the kind of account
	} else if role := r.catalog.Role(key); role != nil {
		title = role.Title
	} else if m := custom.FindStringSubmatch(key); m != nil {
		title = "Custom role: " + m[1]
	} else if x := r.catalog.Entitlement(key); x != nil {
		return x.Title
	}
	switch {
	case title == "":
		return kept
	case until.IsZero():
		return title
	}
	return title + " until " + exact(until.In(r.zone))
}

// selectAllOf gives the epoch and the entitlement of a Select all, or zero.
func selectAllOf(e models.AuditEvent) (int64, string) {
	var change struct {
		Entitlement string
		Epoch       int64
	}
	if e.Action != "entitlement.select_all" || json.Unmarshal(e.Change, &change) != nil {
		return 0, ""
	}
	return change.Epoch, change.Entitlement
}

// undo puts back exactly what an event changed, where nothing newer stands there
// and the reader may.
func (r *auditReader) undo(e models.AuditEvent) *views.Post {
	v := r.visit
	var change struct {
		Entitlement string
		Allowed     json.RawMessage
	}
	if e.AccountID != v.Place.Account || !v.May.Has(r.catalog.Permission("entitlements.edit")) || json.Unmarshal(e.Change, &change) != nil {
		return nil
	}
	x := r.catalog.Entitlement(change.Entitlement)
	if x == nil || x.AlwaysOn {
		return nil
	}
	post := &views.Post{Text: "Undo", Action: accountPath(e.AccountID, "/permissions/", x.Tab), Hidden: []views.Pair{{Name: "entitlement", Value: x.Key}}}
	switch e.Action {
	case "entitlement.select_all":
		epoch, _ := selectAllOf(e)
		if !r.standing[fmt.Sprintf("%s %d", x.Key, epoch)] {
			return nil
		}
		post.Hidden = append(post.Hidden, views.Pair{Name: "undo", Value: fmt.Sprint(epoch)})
	case "entitlement.set":
		var was struct{ From, To bool }
		a, ok := v.Snapshot.Find(e.ResourceID)
		if json.Unmarshal(change.Allowed, &was) != nil || !ok || was.From == was.To || v.Snapshot.Own(a).Covers(x.Bit) != was.To ||
			was.From && v.Snapshot.CutBy(v.Snapshot.Parent(a), x.Bit) != authz.NoAccount {
			return nil
		}
		post.Hidden = append(post.Hidden, views.Pair{Name: "sub_account", Value: e.ResourceID.String()}, views.Pair{Name: "allowed", Value: oneIf(was.From)})
	default:
		return nil
	}
	return post
}

// change tells an event in short. A reader that looked nothing up leaves out what
// is named by its id.
func (r *auditReader) change(c echo.Context, e models.AuditEvent) views.Change {
	x := views.Change{Who: e.PrincipalName, What: r.actionWords(e), When: when(c, e.At, r.store.Now()), WhenExact: exact(e.At.In(r.zone))}
	for _, f := range r.fields(e) {
		switch {
		case r.names == nil && ids.MatchString(f.Before+f.After):
		case f.Before == f.After, f.Before == "":
			x.Details = append(x.Details, f.Name+": "+f.After)
		case f.After == "":
			x.Details = append(x.Details, f.Name+": "+f.Before)
		default:
			x.Details = append(x.Details, f.Name+": "+f.Before+" → "+f.After)
		}
	}
	return x
}
