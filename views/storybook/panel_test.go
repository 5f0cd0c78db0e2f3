//go:build browser

package storybook

import (
	accountpage "bailiwick/views/account"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"

	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"bailiwick/e2e/browser"
)

// panel is the storybook with a little of the panel behind it: it keeps what boxes say.
func panel(t *testing.T) (*httptest.Server, func() []string) {
	var mu sync.Mutex
	var asked []string
	matrix := permissionMatrix()
	page := permissionsPage()
	stories := Handler()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/analytical/permissions/general", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		page.Matrix = matrix
		serve(w, r, 200, accountpage.Permissions(page))
	})
	mux.HandleFunc("POST /a/analytical/permissions/general", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		account, entitlement, allowed, ok := accountpage.ChosenCell(r.Form)
		asked = append(asked, fmt.Sprintf("%s %s %v %v htmx=%s token=%s", account[max(0, len(account)-2):], entitlement, allowed, ok, r.Header.Get("HX-Request"), r.Form.Get("token")))
		for n, row := range matrix.Rows {
			for c, col := range matrix.Columns {
				if row.SubAccount == account && col.Key == entitlement {
					matrix.Rows[n].Cells[c].On = allowed
				}
			}
		}
		if r.Header.Get("HX-Request") == "" {
			http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
			return
		}
		time.Sleep(50 * time.Millisecond) // so that quick clicks have to wait in line
		serve(w, r, 200, accountpage.PermissionsChanged(matrix, part.Toast{Tone: part.Good, Text: "Done.", Undo: &part.Post{Action: "/a/analytical/permissions/general"}}))
	})
	mux.HandleFunc("GET /switcher", func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, 200, part.SwitcherResults(part.SwitcherList{Query: r.URL.Query().Get("q"), Groups: []part.SwitcherGroup{{Title: "Found", Accounts: []part.SwitcherAccount{{Name: "Account " + r.URL.Query().Get("q"), URL: "/a/x"}}}}}))
	})
	mux.HandleFunc("GET /a/analytical/settings/subusers/preview", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.RawQuery)
		mu.Unlock()
		serve(w, r, 200, people.RolePreviewBox(people.RolePreview{Roles: r.URL.Query()["role"], Opens: []people.RolePreviewGroup{{Title: strings.Join(r.URL.Query()["role"], "+")}}}))
	})
	mux.HandleFunc("POST /a/east/name", func(w http.ResponseWriter, r *http.Request) {
		status := 422
		if r.FormValue("name") == "East" {
			w.Header().Set("HX-Redirect", "/s/accounts-below-here")
			status = 200
		}
		if r.FormValue("name") == "gone" {
			f := frame("Gone", "")
			serve(w, r, 404, part.Failure(part.FailurePage{Frame: &f, Status: 404, Title: "There is nothing here", Text: "It was deleted."}))
			return
		}
		if r.FormValue("name") == "busy" {
			serve(w, r, 503, part.Failure(part.FailurePage{Status: 503, Title: "Temporarily unavailable", Text: "It may have been stored.", Links: []part.Link{{Text: "See what is there", URL: "/a/east"}}}))
			return
		}
		serve(w, r, status, record.FormOn(part.FormPage{Frame: frame("Rename East", ""), Header: part.Header{Title: "Rename East"}, Form: part.Form{Token: token, Action: "/a/east/name", Fields: []part.Field{{Name: "name", Label: "Name", Value: r.FormValue("name"), Problem: "Not this one."}}}}))
	})
	mux.Handle("/", stories)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), asked...)
	}
}

func TestBoxesSaveAtOnceInOrderAndKeepTheFocus(t *testing.T) {
	t.Parallel()
	srv, asked := panel(t)
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/a/analytical/permissions/general"))
	// Three quick clicks: none may get lost while the first is on its way.
	eval[int](t, ctx, `[1,2,4].forEach(i => document.querySelectorAll('#matrix tbody tr')[1].cells[i + 1].querySelector('button').click()), 0`)
	until(t, ctx, `document.querySelector('#toasts .alert') !== null`)
	for deadline := time.Now().Add(browser.Patience); len(asked()) < 3 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
	}
	want := []string{
		"01 knowledge_base false true htmx=true token=" + token,
		"01 actions true true htmx=true token=" + token,
		"01 contacts false true htmx=true token=" + token,
	}
	if got := asked(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	until(t, ctx, `[...document.querySelectorAll('#matrix tbody tr')[1].cells].map(c => c.querySelector('button')?.ariaChecked ?? '').join() === ',true,false,true,true,false,false,true,true,false,true'`)
	cell := `document.querySelectorAll('#matrix tbody tr')[4].cells[3].querySelector('button')`
	before := eval[string](t, ctx, cell+`.getAttribute('aria-checked')`)
	eval[int](t, ctx, cell+`.focus(), 0`)
	do(t, ctx, chromedp.KeyEvent(" "))
	until(t, ctx, cell+`.getAttribute('aria-checked') !== '`+before+`'`)
	if !eval[bool](t, ctx, `document.activeElement === `+cell) {
		t.Error("the focus left the box")
	}
	if !eval[bool](t, ctx, `location.pathname === '/a/analytical/permissions/general' && document.querySelectorAll('#matrix').length === 1`) {
		t.Error("the page was left")
	}
}

func TestSelectAllBoxAnswersToTheSpaceBar(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/a/analytical/permissions/general"))
	eval[int](t, ctx, `document.querySelector('a.all').focus(), 0`)
	do(t, ctx, chromedp.KeyEvent(" "))
	until(t, ctx, `document.querySelector('#dialogs dialog:modal')?.textContent.includes('86 sub-accounts') ?? false`)
}

func TestSwitcherLoadsOnOpeningAndSearches(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/home-agency"), browser.Press(`[popovertarget=switcher]`))
	until(t, ctx, `document.querySelector('#switcher-list').textContent.includes('Account')`)
	if !eval[bool](t, ctx, `document.activeElement.id === 'switcher-q'`) {
		t.Error("the search has not got the focus")
	}
	do(t, ctx, chromedp.KeyEvent("we"))
	until(t, ctx, `document.querySelector('#switcher-list').textContent.includes('Account we')`)
}

func TestPreviewSendsTheRolesAndNothingElse(t *testing.T) {
	t.Parallel()
	srv, asked := panel(t)
	ctx := tab(t, 1280, 800)
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/subusers-add"), browser.Fill(`[name=password]`, "hunter2hunter2"))
	do(t, ctx, browser.Press(`[name=role][value=Support]`))
	until(t, ctx, `document.querySelector('#role-preview').textContent.includes('Support')`)
	do(t, ctx, browser.Press(`[name=role][value=Payer]`))
	until(t, ctx, `document.querySelector('#role-preview').textContent.includes('Payer+Support')`)
	if got := strings.Join(asked(), " "); got != "role=Support role=Payer&role=Support" {
		t.Error(got)
	}
}

func TestFormAnswersInPlace(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	ctx := tab(t, 1280, 800)
	submit := func(name string) {
		do(t, ctx, chromedp.Navigate(srv.URL+"/s/accounts-rename"), browser.Fill(`#f-name`, name), browser.Press(`#main .btn-primary`))
	}
	submit("Best")
	until(t, ctx, `document.querySelector('#f-name')?.value === 'Best' && document.activeElement.matches('.problems') && location.pathname === '/s/accounts-rename'`)
	submit("East")
	until(t, ctx, `location.pathname === '/s/accounts-below-here'`)
}

func TestAFailureTakesThePlaceOfTheContent(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	ctx, end := chromedp.NewContext(tab(t, 1280, 800)) // its own tab: the 404 in the console is wanted here
	defer end()
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/accounts-rename"), browser.Fill(`#f-name`, "gone"), browser.Press(`#main .btn-primary`))
	until(t, ctx, `document.querySelector('#main h1').textContent.includes('nothing here') && document.querySelectorAll('#main').length === 1`)
}

func TestAFormThatCanNotBeTakenNowKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	srv, _ := panel(t)
	ctx, end := chromedp.NewContext(tab(t, 1280, 800)) // its own tab: the 503 in the console is wanted here
	defer end()
	do(t, ctx, chromedp.Navigate(srv.URL+"/s/accounts-rename"), browser.Fill(`#f-name`, "busy"))
	for range 2 {
		do(t, ctx, browser.Press(`#main .btn-primary`))
		until(t, ctx, `document.querySelector('#main form [data-unavailable]')?.textContent.includes('may have been stored') === true && !document.querySelector('#main .btn-primary').disabled`)
		if !eval[bool](t, ctx, `document.querySelectorAll('#main form [data-unavailable]').length === 1 && document.querySelector('#main form [data-unavailable] a').pathname === '/a/east' && document.querySelector('#f-name').value === 'busy' && document.title.includes('Rename')`) {
			t.Error(eval[string](t, ctx, `document.title + document.querySelector('#main').outerHTML`))
		}
	}
	do(t, ctx, browser.Fill(`#f-name`, "East"), browser.Press(`#main .btn-primary`))
	until(t, ctx, `location.pathname === '/s/accounts-below-here'`)
}

func TestWithoutScriptBoxesAndFormsStillWork(t *testing.T) {
	t.Parallel()
	srv, asked := panel(t)
	res, err := http.Get(srv.URL + "/a/analytical/permissions/general")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if !strings.Contains(string(page), "<button role=checkbox") {
		t.Fatal("no boxes")
	}
	ctx := tab(t, 1280, 800)
	do(t, ctx, browser.Send(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(srv.URL+"/a/analytical/permissions/general"))
	do(t, ctx, browser.Press(`#matrix tbody tr:nth-child(2) td:nth-child(3) button`))
	for deadline := time.Now().Add(browser.Patience); len(asked()) < 1 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
	}
	if got := asked(); len(got) != 1 || got[0] != "01 knowledge_base false true htmx= token="+token {
		t.Error(got)
	}
}
