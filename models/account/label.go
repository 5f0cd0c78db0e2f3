package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// MaxLabels is how many labels an account carries at most, MaxLabel how many
// characters one has.
const (
	MaxLabels = 10
	MaxLabel  = 32
)

var labelWord = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{Nd}][\p{Ll}\p{Lo}\p{Nd}\p{M}_-]*$`)

// foldLabel is the form in which labels are kept and compared.
func foldLabel(label string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(label)))
}

// readLabels reads labels as typed, each once, in order; or says what is wrong.
func readLabels(typed []string) (labels store.TextList, problem string) {
	for _, t := range typed {
		l := foldLabel(t)
		switch {
		case l == "" || slices.Contains(labels, l):
			continue
		case utf8.RuneCountInString(l) > MaxLabel:
			return nil, fmt.Sprintf("A label has at most %d characters.", MaxLabel)
		case !labelWord.MatchString(l):
			return nil, fmt.Sprintf("%q is not a label: write one word of letters, digits, - and _.", l)
		}
		labels = append(labels, l)
	}
	if len(labels) > MaxLabels {
		return nil, fmt.Sprintf("An account can have up to %d labels.", MaxLabels)
	}
	slices.Sort(labels)
	return labels, ""
}

// Labels gives the labels of accounts of one tenant.
func (s *Store) Labels(ctx context.Context, tenant uuid.UUID, accounts []uuid.UUID) (map[uuid.UUID][]string, error) {
	labels := map[uuid.UUID][]string{}
	if len(accounts) == 0 {
		return labels, nil
	}
	err := s.store.Read(ctx, store.TenantScope(tenant), func(r pgx.Rows) error {
		var id uuid.UUID
		var label string
		err := r.Scan(&id, &label)
		labels[id] = append(labels[id], label)
		return err
	}, "SELECT account_id, label FROM account_labels WHERE tenant_id = $1 AND account_id = ANY($2) ORDER BY account_id, label", tenant, accounts)
	return labels, err
}

// labelsOffered is how many labels are offered to filter by.
const labelsOffered = 200

// LabelsBelow are the labels that accounts under the grant's carry. Those of
// others in the tenant are not told.
func (s *Store) LabelsBelow(ctx context.Context, g authz.Grant) (labels []string, err error) {
	r := g.Resource()
	err = s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var label string
		err := rows.Scan(&label)
		labels = append(labels, label)
		return err
	}, `WITH RECURSIVE all_labels AS ( -- each step passes over all accounts of a label
			(SELECT label FROM account_labels WHERE tenant_id = $1 ORDER BY label LIMIT 1)
			UNION ALL SELECT (SELECT label FROM account_labels WHERE tenant_id = $1 AND label > x.label ORDER BY label LIMIT 1)
				FROM all_labels x WHERE x.label IS NOT NULL),
		top AS MATERIALIZED (SELECT path FROM accounts WHERE tenant_id = $1 AND id = $2)
		SELECT x.label FROM all_labels x CROSS JOIN LATERAL ( -- the limit makes it look for one each, and no further
			SELECT FROM account_labels l JOIN accounts a ON a.tenant_id = $1 AND a.id = l.account_id
			WHERE l.tenant_id = $1 AND l.label = x.label AND a.path > (SELECT path || '/' FROM top) AND a.path < (SELECT path || '0' FROM top) LIMIT 1) carried
		WHERE x.label IS NOT NULL ORDER BY x.label LIMIT $3`, r.Tenant, r.Account, labelsOffered)
	return labels, err
}

// setLabels makes an account carry exactly these.
func setLabels(tx *store.Tx, id uuid.UUID, labels store.TextList) error {
	on := tx.Change.On
	var before []string
	if err := tx.Raw("SELECT label FROM account_labels WHERE tenant_id = ? AND account_id = ? ORDER BY label", on.Tenant, id).Scan(&before).Error; err != nil {
		return err
	}
	if slices.Equal(before, labels) {
		return nil
	}
	tx.Changed("labels", before, []string(labels))
	if err := tx.Exec("DELETE FROM account_labels WHERE tenant_id = ? AND account_id = ?", on.Tenant, id).Error; err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO account_labels (tenant_id, account_id, label)
		SELECT a.tenant_id, a.id, x.label FROM accounts a CROSS JOIN unnest(CAST(? AS text[])) AS x (label) WHERE a.tenant_id = ? AND a.id = ?`, labels, on.Tenant, id).Error
}

// Note keeps what the filter asks for with the write's event.
func (f Filter) note(tx *store.Tx) {
	for name, value := range map[string]string{"search": f.Search, "label": f.Label, "state": f.State} {
		if value != "" {
			tx.Note(name, value)
		}
	}
}
