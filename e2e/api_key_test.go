//go:build browser

package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A program is let in with the keyboard alone: a service account is created with a key,
// the key is read off the page and works, and once it is revoked the next call is refused.
func TestAProgramIsLetInByKeyboard(t *testing.T) {
	t.Parallel()
	ada := newTab(t, "Ada")
	ada.signIn("ada@example.com")
	account := ada.stands(`/a/[^/]+`)
	list := account + "/settings/service_accounts"

	ada.ctrlK()
	ada.keys("create service account")
	ada.comesTrue(chosen + ` === 'Create service account'`)
	ada.keys(kb.Enter)
	ada.stands(list + "/new")
	ada.keys("Night report") // the name has the focus
	ada.tabInto(`[name=role]`)
	ada.tabInto(`[name=role][value=Developer]`)
	ada.keys(" ")
	ada.comesTrue(`document.querySelector('[name=role][value=Developer]').checked && document.querySelector('[name=key]').checked`)
	ada.tabTo("Create service account")
	ada.keys(kb.Enter)
	ada.sees("It won't be shown again")
	key := ada.find("textbox", "Key").value
	ada.looksRight("api-key-shown")

	call := func() (status int, problem string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, panel.base+"/api/v1/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body struct{ Type, Name string }
		if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, body.Type + body.Name
	}
	if status, name := call(); status != http.StatusOK || name != "Night report" {
		t.Fatalf("the key is answered %d, %q", status, name)
	}

	ada.tabTo("Done")
	ada.keys(kb.Enter)
	ada.stands(list + "/[^/]+")
	ada.tabTo("Actions for Night report")
	ada.keys(kb.Enter)
	ada.comesTrue(`[...document.querySelectorAll('.pop .item')].some(x => x.checkVisibility() && x.textContent.includes('Revoke…'))`)
	ada.tabTo("Revoke…")
	ada.keys(kb.Enter)
	ada.sees("Revoke Night report?")
	ada.tabTo("Revoke")
	ada.keys(kb.Enter)
	ada.sees("Revoked Night report.")
	if status, problem := call(); status != http.StatusUnauthorized || problem != "urn:bailiwick:key-revoked" {
		t.Errorf("after that it is answered %d, %q", status, problem)
	}
}
