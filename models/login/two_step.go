package login

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// The codes of an authenticator app (RFC 6238, as every app takes them): six
// digits from a new step every 30 seconds. One step before and after the present
// one is accepted, since clocks differ.
const (
	// StepSeconds is how long a step is.
	StepSeconds = 30
	stepsAround = 1
	keyBytes    = 20
	// recoveryBytes make a recovery code: 80 bits, kept under a key.
	recoveryBytes = 10
	// RecoveryCodes is how many there are at first.
	RecoveryCodes = 10
)

var codeAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// TwoStep is what is known of a login's second step.
type TwoStep struct {
	Since         *time.Time // nil while it is off
	RecoveryCodes int        // left
	Passkeys      int
}

// On tells whether a sign-in by password asks for a code.
func (x TwoStep) On() bool { return x.Since != nil }

// TwoStep tells whoever asks about the second step of their login.
func (s *Store) TwoStep(ctx context.Context, g authz.Grant, x Session) (t TwoStep, err error) {
	if !g.CoversSelf(x.Principal) {
		return t, authz.ErrDenied
	}
	err = s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		passkeys := `0`
		if x.Principal.Kind == authz.Member {
			passkeys = `(SELECT count(*) FROM passkeys p WHERE p.member_id = members.id)`
		}
		return row(db, x.Principal, x.Tenant).Select(`two_step_at AS since, cardinality(recovery_codes) AS recovery_codes, ` + passkeys + ` AS passkeys`).Take(&t).Error
	})
	return t, err
}

// NewTwoStepKey makes a key for an authenticator app, as people type it, and
// sealed as it may travel until a first code confirms it.
func (s *Store) NewTwoStepKey(x Session) (key, sealed string, err error) {
	raw := make([]byte, keyBytes)
	rand.Read(raw)
	key = codeAlphabet.EncodeToString(raw)
	box, err := store.NewSecretBox(s.store.Secret)
	if err != nil {
		return "", "", err
	}
	return key, box.Seal(key, store.SealedFor(uuid.Nil, x.ID, "two_step_key offered")), nil
}

// OfferedTwoStepKey opens what NewTwoStepKey sealed for the same session.
// Anything else is a Problem of the form.
func (s *Store) OfferedTwoStepKey(x Session, sealed string) (key string, err error) {
	box, err := store.NewSecretBox(s.store.Secret)
	if err != nil {
		return "", err
	}
	if key, err = box.Open(sealed, store.SealedFor(uuid.Nil, x.ID, "two_step_key offered")); err != nil {
		return "", store.Problems{"": "This page has expired. Scan the new QR code below."}
	}
	return key, nil
}

// TurnOnTwoStep sets up the second step of whoever asks, whose code shows that
// their app has the key. Their other sessions end; this one counts as of two
// steps from now on and gets a new token. The recovery codes are given this
// once. Problems name code.
func (s *Store) TurnOnTwoStep(ctx context.Context, g authz.Grant, x Session, token, sealed, code string) (renewed string, recovery []string, err error) {
	key, err := s.OfferedTwoStepKey(x, sealed)
	if err != nil {
		return "", nil, err
	}
	step, ok := s.stepOf(key, code)
	if !ok {
		return "", nil, store.Problems{"code": "This isn't the code that your app shows now. Check the clock of your phone, and enter the newest code."}
	}
	box, err := store.NewSecretBox(s.store.Secret)
	if err != nil {
		return "", nil, err
	}
	kept := box.Seal(key, twoStepKeyOf(x.Principal))
	recovery, hashes, err := s.newRecoveryCodes(x.Principal)
	if err != nil {
		return "", nil, err
	}
	err = s.writeOwn(ctx, g, x, "turn_on_two_step", func(tx *store.Tx) error {
		if err := store.OrConflict(row(tx.DB, x.Principal, x.Tenant).Where("two_step_key IS NULL").Updates(map[string]any{
			"two_step_key": kept, "two_step_at": s.store.Now(), "two_step_used": step, "recovery_codes": hashes,
		})); err != nil {
			return err
		}
		if err := endSessionsBut(tx, x.ID, x.Principal); err != nil {
			return err
		}
		if renewed, err = s.renewSession(tx.DB, x, token, map[string]any{"two_step": true}); err != nil {
			return err
		}
		return tellOwner(tx, x.Principal, "turn_on_two_step", nil)
	})
	return renewed, recovery, err
}

// tellOwner writes to a member how their sign-in changed. A subuser has no
// address.
func tellOwner(tx *store.Tx, who authz.PrincipalID, what string, facts map[string]string) error {
	if who.Kind != authz.Member {
		return nil
	}
	var m Member
	if err := row(tx.DB, who, uuid.Nil).Select("name, email").Take(&m).Error; err != nil {
		return err
	}
	all := map[string]string{"what": what, "path": "/two-step"}
	if strings.HasSuffix(what, "_passkey") {
		all["path"] = "/passkeys"
	}
	maps.Copy(all, facts)
	return letter.Queue(tx, letter.Letter{Kind: letter.SignInChanged, To: m.Email, ToName: m.Name, Facts: all})
}

// writeOwn is WriteSelf for a change of the login of a session's owner, who is
// signed in still when it is made: whoever takes a login back ends the sessions,
// and what those were about to add must not come after.
func (s *Store) writeOwn(ctx context.Context, g authz.Grant, x Session, verb string, do func(*store.Tx) error) error {
	on, err := s.ownLogin(ctx, x)
	if err != nil {
		return err
	}
	return s.store.WriteSelf(ctx, g, x.Principal, store.Change{Action: on.Kind + "." + verb, On: on, Name: x.Name}, func(tx *store.Tx) error {
		if x.ID != uuid.Nil {
			if _, err := hold(tx.DB, x.Principal, x.Tenant); err != nil {
				return err
			}
			var live bool
			if err := tx.Raw("SELECT EXISTS (SELECT FROM sessions WHERE id = ? AND ended_at IS NULL)", x.ID).Scan(&live).Error; err != nil {
				return err
			}
			if !live {
				return store.ErrConflict
			}
		}
		return do(tx)
	})
}

// RenewRecoveryCodes replaces what is left of one's recovery codes. The new ones
// are given this once.
func (s *Store) RenewRecoveryCodes(ctx context.Context, g authz.Grant, x Session) ([]string, error) {
	codes, hashes, err := s.newRecoveryCodes(x.Principal)
	if err != nil {
		return nil, err
	}
	return codes, s.writeOwn(ctx, g, x, "renew_recovery_codes", func(tx *store.Tx) error {
		if err := store.OrConflict(row(tx.DB, x.Principal, x.Tenant).Where("two_step_key IS NOT NULL").Updates(map[string]any{"recovery_codes": hashes})); err != nil {
			return err
		}
		return tellOwner(tx, x.Principal, "renew_recovery_codes", nil)
	})
}

// TurnOffTwoStep takes the second step away from one's own login; the other
// sessions end.
func (s *Store) TurnOffTwoStep(ctx context.Context, g authz.Grant, x Session) error {
	return s.writeOwn(ctx, g, x, "turn_off_two_step", func(tx *store.Tx) error {
		if err := DropTwoStep(tx, x.Principal, x.Tenant); err != nil {
			return err
		}
		if err := tellOwner(tx, x.Principal, "turn_off_two_step", nil); err != nil {
			return err
		}
		return endSessionsBut(tx, x.ID, x.Principal)
	})
}

// DropTwoStep removes a login's second step and its recovery codes.
func DropTwoStep(tx *store.Tx, who authz.PrincipalID, tenant uuid.UUID) error {
	return store.OrConflict(row(tx.DB, who, tenant).Where("two_step_key IS NOT NULL").Updates(map[string]any{
		"two_step_key": nil, "two_step_at": nil, "recovery_codes": store.TextList{},
	}))
}

// ResetMemberTwoStep takes the second step and the passkeys away from a member
// who lost them, for the operator's command line, and signs them out everywhere.
func (s *Store) ResetMemberTwoStep(ctx context.Context, email string) (Member, error) {
	m, err := s.MemberByEmail(ctx, email)
	if err != nil {
		return m, err
	}
	on, err := s.PersonalAccount(ctx, m.Principal())
	if err != nil {
		return m, err
	}
	return m, s.store.Commit(ctx, store.ScopeOperator, authz.SystemGrant("two-step reset"), store.Change{Action: "member.reset_two_step", On: on, Name: m.Name}, func(tx *store.Tx) error {
		keys := tx.Exec("DELETE FROM passkeys WHERE member_id = ?", m.ID)
		if keys.Error != nil {
			return keys.Error
		}
		tx.Note("passkeys", keys.RowsAffected)
		if err := DropTwoStep(tx, m.Principal(), uuid.Nil); err != nil && (err != store.ErrConflict || keys.RowsAffected == 0) {
			return err
		}
		if err := tellOwner(tx, m.Principal(), "reset_two_step", nil); err != nil {
			return err
		}
		return EndSessions(tx, m.Principal())
	})
}

// useCode accepts a code of the app or a recovery code, each once: whoever comes
// second with it gets ErrSignIn, as with a wrong one.
func (s *Store) useCode(db *gorm.DB, who authz.PrincipalID, tenant uuid.UUID, code string) error {
	if isRecoveryCode(code) {
		hash, err := s.recoveryHash(who, code)
		if err != nil {
			return err
		}
		return OrSignIn(store.ChangedOne(row(db, who, tenant).Where("two_step_key IS NOT NULL AND ? = ANY(recovery_codes)", hash).
			Updates(map[string]any{"recovery_codes": gorm.Expr("array_remove(recovery_codes, ?)", hash)})))
	}
	var kept string
	if err := row(db, who, tenant).Select("coalesce(two_step_key, '')").Take(&kept).Error; err != nil {
		return OrSignIn(store.Known(err))
	}
	if kept == "" {
		return store.ErrSignIn
	}
	box, err := store.NewSecretBox(s.store.Secret)
	if err != nil {
		return err
	}
	key, err := box.Open(kept, twoStepKeyOf(who))
	if err != nil {
		return err
	}
	step, ok := s.stepOf(key, code)
	if !ok {
		return store.ErrSignIn
	}
	// Codes go forward only, so that none works twice.
	return OrSignIn(store.ChangedOne(row(db, who, tenant).Where("two_step_key = ? AND two_step_used < ?", kept, step).
		Updates(map[string]any{"two_step_used": step})))
}

// OrSignIn makes a row that is not there into a refused sign-in.
func OrSignIn(err error) error {
	if err == store.ErrNotFound {
		return store.ErrSignIn
	}
	return err
}

// stepOf finds the step that a code belongs to, near the present one.
func (s *Store) stepOf(key, code string) (int64, bool) {
	code = strings.ReplaceAll(code, " ", "")
	now := s.store.Now().Unix() / StepSeconds
	for _, step := range []int64{now, now - stepsAround, now + stepsAround} {
		if ok, err := hotp.ValidateCustom(code, uint64(step), key, hotp.ValidateOpts{Digits: otp.DigitsSix}); ok && err == nil {
			return step, true
		}
	}
	return 0, false
}

func twoStepKeyOf(who authz.PrincipalID) []byte {
	return store.SealedFor(uuid.Nil, who.ID, "two_step_key of "+who.Kind.String())
}

// newRecoveryCodes makes codes as they are shown, and what is kept of them.
func (s *Store) newRecoveryCodes(who authz.PrincipalID) (codes []string, hashes store.TextList, err error) {
	for range RecoveryCodes {
		raw := make([]byte, recoveryBytes)
		rand.Read(raw)
		c := strings.ToLower(codeAlphabet.EncodeToString(raw))
		code := fmt.Sprintf("%s-%s-%s-%s", c[:4], c[4:8], c[8:12], c[12:])
		hash, err := s.recoveryHash(who, code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code), append(hashes, `\x`+hex.EncodeToString(hash))
	}
	return codes, hashes, nil
}

// bareCode is a recovery code without the signs that help to read it.
func bareCode(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}

func isRecoveryCode(code string) bool {
	return len(bareCode(code)) == codeAlphabet.EncodedLen(recoveryBytes)
}

// recoveryHash is kept of a code. It is made with a key that the database does
// not have, since 80 bits alone are few for a plain hash (ASVS 5.0, 6.5.2).
func (s *Store) recoveryHash(who authz.PrincipalID, code string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, s.store.Secret, nil, "recovery codes", 32)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(who.String() + "\n" + bareCode(code)))
	return m.Sum(nil), nil
}
