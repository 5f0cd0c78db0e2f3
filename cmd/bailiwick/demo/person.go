package demo

import (
	"bailiwick/models/login"
	persons "bailiwick/models/people"
	"bailiwick/models/store"

	"errors"
	"path"
	"slices"
	"strings"
	"unicode"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
)

// person is a member of the cast.
type person struct {
	name, email string
	in, role    string // where they hold which role
	owns        string // the main account they own
	duty        string // in the installation
}

// Ada comes first: she makes the agency that the others work in.
var people = []person{
	{name: "Ada Lovelace", email: "ada@example.com", in: analytical, role: "owner", owns: analytical},
	{name: "Grace Hopper", email: "grace@example.com", in: analytical, role: "account:admin"},
	{name: "Edsger Dijkstra", email: "edsger@example.com", in: east, role: "member:full_viewer"},
	{name: "Barbara Liskov", email: "barbara@example.com", in: west, role: "member:full_editor"},
	{name: "Mallory", email: "mallory@example.com", in: malloryville, role: "owner", owns: malloryville},
	{name: "Radia Perlman", email: "radia@example.com", duty: store.DutyOperator},
	{name: "Katherine Johnson", email: "katherine@example.com", duty: store.DutySupport},
}

func (sd *seed) people() {
	for _, p := range people {
		if sd.err != nil {
			return
		}
		var m login.Member
		m, _, sd.err = sd.store.SignUp(sd.ctx, p.name, p.email, Password)
		var taken store.Problems
		if errors.As(sd.err, &taken) && taken["email"] != "" {
			sd.err = ErrNotEmpty // another node of the same installation was first
		}
		sd.members[p.email] = m
		if p.duty != "" {
			sd.do(func() error { _, err := sd.store.AddStaff(sd.ctx, p.email, p.duty); return err })
		}
	}
}

// member is somebody of the cast by first name.
func (sd *seed) member(first string) authz.Actor { return sd.members[first+"@example.com"].Actor() }

// confirm has everybody confirm their address, by the link in their mail.
func (sd *seed) confirm() {
	for range people {
		sd.do(func() error {
			l, err := sd.store.ClaimLetter(sd.ctx)
			if err != nil {
				return err
			}
			if _, err := sd.store.ProveEmail(sd.ctx, path.Base(l.Facts["path"])); err != nil {
				return err
			}
			return sd.store.LetterSent(sd.ctx, l)
		})
	}
}

func (sd *seed) memberships() {
	for _, p := range people {
		if p.role == "owner" || p.in == "" {
			continue
		}
		g := sd.may(sd.member("ada"), "members.add", p.in)
		sd.do(func() error { return sd.store.AddMember(sd.ctx, g, sd.members[p.email].ID, p.role) })
	}
}

// subusers makes one login of the agency for each role that can be given to one.
func (sd *seed) subusers() {
	for _, r := range subuserRoles(sd.store) {
		g := sd.may(sd.member("ada"), "subuser_create", analytical)
		sd.do(func() error {
			made, err := sd.store.CreateSubuser(sd.ctx, g, persons.SubuserInput{
				Name: loginName(r.Name), Description: r.Sentence, Roles: []string{r.Name}, Password: Password,
			})
			sd.logins[made.Subuser.Name] = made.Subuser.Actor()
			return err
		})
	}
}

// subuserRoles are the roles that a subuser can have, in the order of the table.
func subuserRoles(s *models.Store) []*catalog.Role {
	return slices.DeleteFunc(slices.Clone(s.Catalog().Set("subuser").Roles), func(r *catalog.Role) bool { return !r.Grantable })
}

// loginName is a role's name in lower case, with a dash between its words.
func loginName(role string) string {
	var b strings.Builder
	for i, c := range role {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// roleTitle names roles with their sets.
func roleTitle(s *models.Store, keys ...string) string {
	var all []string
	for _, key := range keys {
		r := s.Catalog().Role(key)
		switch key {
		case "owner":
			all = append(all, "Account owner")
			continue
		case "account:admin":
			r = s.Catalog().Role("account:main_admin")
		}
		if r != nil {
			all = append(all, r.Label())
		}
	}
	return strings.Join(all, ", ")
}
