package page

import (
	"github.com/labstack/echo/v4"

	"bailiwick/models/people"
	"bailiwick/views/part"
	"bailiwick/words"
)

// namedKeys is how many keys a dialog names.
const namedKeys = 20

// KeysMade is what a dialog says of the API keys that somebody made who is about to go,
// with a box to tick that revokes them. All is empty where there are none.
type KeysMade struct {
	Text  []string
	Facts []string // their names
	Field []part.Field
}

// OfferRevoking says it: "Grace created 2 API keys here."
func OfferRevoking(c echo.Context, who, where string, keys []people.KeyMade) (k KeysMade) {
	if len(keys) == 0 {
		return k
	}
	k.Text = []string{who + " created " + words.Count(len(keys), "API key", "API keys") + " " + where + ". Whoever created a key may have kept it."}
	for _, x := range keys[:min(len(keys), namedKeys)] {
		k.Facts = append(k.Facts, x.Text())
	}
	if more := len(keys) - namedKeys; more > 0 {
		k.Facts = append(k.Facts, "and "+words.Number(more)+" more")
	}
	k.Field = []part.Field{{Kind: part.Checkbox, Name: "revoke_keys", Label: "Revoke these keys", Checked: RevokesKeys(c) != nil,
		Help: "Programs that use them are refused from their next call on. This can't be undone."}}
	if len(keys) == 1 {
		k.Field[0].Label, k.Field[0].Help = "Revoke this key", "Programs that use it are refused from their next call on. This can't be undone."
	}
	return k
}

// RevokesKeys is what a form says that is ticked so.
func RevokesKeys(c echo.Context) []people.Parting {
	if c.FormValue("revoke_keys") == "" {
		return nil
	}
	return []people.Parting{people.RevokeKeys}
}
