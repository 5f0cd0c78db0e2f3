package login

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
	"bailiwick/words"
)

// View is a list as somebody saved it for themselves: its address by a name.
type View struct {
	At    string `json:"at"`   // the path of the list
	Name  string `json:"name"` // unlike others of the list, whatever their case
	Query string `json:"query"`
}

// Address is that of the list as the view has it.
func (v View) Address() string {
	if v.Query == "" {
		return v.At
	}
	return v.At + "?" + v.Query
}

const (
	mostViews    = 20   // of one list
	mostAllViews = 500  // of one login
	maxViewName  = 60   // characters
	maxViewQuery = 2000 // bytes
)

// Views are those of a list that whoever is signed in has saved, by name.
func (s *Store) Views(ctx context.Context, x Session, at string) (all []View, err error) {
	table, scope, args := "members x WHERE true", store.ScopeSelf, []any{at, x.Principal.ID}
	if x.Principal.Kind == authz.Subuser {
		table, scope, args = "subusers x WHERE x.tenant_id = $3", store.TenantScope(x.Tenant), append(args, x.Tenant)
	}
	err = s.store.Read(ctx, scope, func(rows pgx.Rows) error {
		v := View{At: at}
		err := rows.Scan(&v.Name, &v.Query)
		all = append(all, v)
		return err
	}, "SELECT v->>'name', v->>'query' FROM (SELECT jsonb_array_elements(x.views) AS v FROM "+table+" AND x.id = $2) own WHERE v->>'at' = $1 ORDER BY lower(v->>'name')", args...)
	return all, err
}

// viewsOf is the expression for those of a login that are of the list at a path.
func viewsOf(login, path string) string {
	return "jsonb_path_query_array(" + login + ".views, '$[*] ? (@.at == $at)', jsonb_build_object('at', CAST(" + path + " AS text)))"
}

// readViews puts in order what viewsOf gave.
func (x *Session) readViews(stored []byte) error {
	if len(stored) <= len("[]") {
		return nil
	}
	if err := json.Unmarshal(stored, &x.Views); err != nil {
		return fmt.Errorf("read the views of %s: %w", x.Principal, err)
	}
	slices.SortFunc(x.Views, func(a, b View) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return nil
}

// SaveView keeps a view for whoever asks, in the place of the one of that list that
// instead names, if any. Problems name name.
func (s *Store) SaveView(ctx context.Context, g authz.Grant, x Session, v View, instead string) error {
	v.Name = strings.TrimSpace(v.Name)
	switch n := utf8.RuneCountInString(v.Name); {
	case n == 0:
		return store.Problems{"name": "Enter a name for the view."}
	case n > maxViewName:
		return store.Problems{"name": fmt.Sprintf("Use up to %d characters.", maxViewName)}
	case !utf8.ValidString(v.Name) || !store.ShowsAll(v.Name):
		return store.Problems{"name": store.NotShown}
	case len(v.Query) > maxViewQuery:
		return store.Problems{"": "This list is filtered by too much to be saved. Remove some filters or columns."}
	}
	return s.changeViews(ctx, g, x, func(all []View) ([]View, error) {
		of, at := 0, -1
		for i, old := range all {
			if old.At != v.At {
				continue
			}
			switch of++; {
			case instead != "" && old.Name == instead:
				at = i
			case strings.EqualFold(old.Name, v.Name):
				return nil, store.Problems{"name": "You already have a view with this name. Choose another name, or replace that view."}
			}
		}
		switch {
		case at >= 0:
			all[at] = v
			return all, nil
		case instead != "":
			return nil, store.ErrNotFound
		case of >= mostViews:
			return nil, store.Problems{"name": fmt.Sprintf("You can save up to %d views of a list. Replace or delete one of them.", mostViews)}
		case len(all) >= mostAllViews:
			return nil, store.Problems{"name": "You have saved " + words.Number(mostAllViews) + " views. Delete some that you no longer use."}
		}
		return append(all, v), nil
	})
}

// DeleteView removes one of the views of whoever asks, and gives it.
func (s *Store) DeleteView(ctx context.Context, g authz.Grant, x Session, at, name string) (gone View, err error) {
	err = s.changeViews(ctx, g, x, func(all []View) ([]View, error) {
		i := slices.IndexFunc(all, func(v View) bool { return v.At == at && v.Name == name })
		if i < 0 {
			return nil, store.ErrNotFound
		}
		gone = all[i]
		return slices.Delete(all, i, i+1), nil
	})
	return gone, err
}

// changeViews changes them under the lock of the login's row. As of all that says
// how the panel looks for somebody, no audit keeps it.
func (s *Store) changeViews(ctx context.Context, g authz.Grant, x Session, change func([]View) ([]View, error)) error {
	if !g.CoversSelf(x.Principal) {
		return authz.ErrDenied
	}
	return s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		var stored []byte
		if err := row(db, x.Principal, x.Tenant).Clauses(store.Locked).Select("views").Row().Scan(&stored); err != nil {
			return err
		}
		var all []View
		if err := json.Unmarshal(stored, &all); err != nil {
			return fmt.Errorf("read the views of %s: %w", x.Principal, err)
		}
		all, err := change(all)
		if err != nil {
			return err
		}
		if stored, err = json.Marshal(all); err != nil {
			return fmt.Errorf("encode views: %w", err)
		}
		return store.ChangedOne(row(db, x.Principal, x.Tenant).UpdateColumn("views", gorm.Expr("CAST(? AS jsonb)", string(stored))))
	})
}
