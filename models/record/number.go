package record

import (
	"fmt"
	"time"

	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/words"
)

// chargeNumber takes the price of a number's first month from the account's
// balance. The account's row is locked, so that two purchases can not spend the
// same money.
func chargeNumber(tx *store.Tx, r *Record) error {
	price, _ := r.Values["price"].(float64)
	if err := account.LockAccount(tx); err != nil {
		return err
	}
	billing := Place{Section: tx.Store.Catalog().Section("billing")}
	var enough bool
	if err := tx.Raw(`SELECT coalesce(sum((data->>'amount')::numeric), 0) >= CAST(? AS numeric)
		FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ?`,
		fmt.Sprint(price), r.TenantID, r.AccountID, billing.kind().Key).Row().Scan(&enough); err != nil {
		return err
	}
	if !enough {
		return store.Problems{"": "The balance doesn't cover the first month."}
	}
	tx.Note("charged", price)
	now := tx.Store.Now().UTC().Truncate(time.Microsecond)
	return insertRecords(tx, billing.kind(), []*Record{{
		TenantID: r.TenantID, ID: store.NewID(), AccountID: r.AccountID, Kind: billing.kind().Key, Name: "Number " + words.Phone(r.Name),
		Values:    map[string]any{"description": "Number " + words.Phone(r.Name), "amount": -price, "type": "charge", "reference": r.Name},
		CreatedAt: now, UpdatedAt: now, secrets: map[string]storedSecret{},
	}})
}
