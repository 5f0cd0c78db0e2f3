package handlers_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// device is an authenticator that holds one passkey, as the specification has
// them (Web Authentication 3, section 6).
type device struct {
	t       testing.TB
	origin  string
	key     *ecdsa.PrivateKey
	id      []byte
	user    []byte
	counter uint32
	counts  bool // phones do not
	flags   byte
}

const (
	present, verified = 1, 4
	attested          = 0x40
)

func newDevice(p *panel) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(p.t, err)
	id := make([]byte, 16)
	rand.Read(id)
	return &device{t: p.t, origin: strings.Replace(p.server.URL, "127.0.0.1", "localhost", 1), key: key, id: id, flags: present | verified, counts: true}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (d *device) clientData(kind, challenge string) []byte {
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	must(d.t, err)
	return raw
}

func (d *device) authData(flags byte) []byte {
	rp := sha256.Sum256([]byte("localhost"))
	return binary.BigEndian.AppendUint32(append(rp[:], flags), d.counter)
}

// asked is what the panel hands to a browser.
type asked struct {
	Challenge string
	Options   struct {
		PublicKey struct {
			Challenge        string
			UserVerification string
			User             struct{ ID string }
			AllowCredentials []any
		}
	}
}

// create answers the panel as a browser does whose owner agrees.
func (d *device) create(a asked) string {
	d.t.Helper()
	var err error
	d.user, err = base64.RawURLEncoding.DecodeString(a.Options.PublicKey.User.ID)
	must(d.t, err)
	data := append(d.authData(d.flags|attested), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(data, d.id...)
	point, err := d.key.PublicKey.Bytes()
	must(d.t, err)
	x, y := point[1:33], point[33:]
	data = append(append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20), x...)
	data = append(append(data, 0x22, 0x58, 0x20), y...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return d.credential(map[string]any{
		"clientDataJSON": b64(d.clientData("webauthn.create", a.Options.PublicKey.Challenge)), "attestationObject": b64(append(object, data...)),
	})
}

// Get signs what the panel asks.
func (d *device) get(a asked) string {
	d.t.Helper()
	if d.counts {
		d.counter++
	}
	client, data := d.clientData("webauthn.get", a.Options.PublicKey.Challenge), d.authData(d.flags)
	sum := sha256.Sum256(client)
	sum = sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	must(d.t, err)
	return d.credential(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.user),
	})
}

func (d *device) credential(response map[string]any) string {
	raw, err := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	must(d.t, err)
	return string(raw)
}

// offerPasskey begins to add a passkey.
func (b *browser) offerPasskey(name string) (a asked) {
	b.t.Helper()
	page := b.send("/passkeys/new", "name", name).want(b.t, http.StatusOK)
	must(b.t, json.Unmarshal([]byte(page.Find("form[data-options]").AttrOr("data-options", "")), &a))
	return a
}

// addPasskey adds a passkey on a new device.
func (b *browser) addPasskey(p *panel, name string) *device {
	b.t.Helper()
	d := newDevice(p)
	a := b.offerPasskey(name)
	b.send("/passkeys", "name", name, "challenge", a.Challenge, "credential", d.create(a)).want(b.t, http.StatusSeeOther)
	return d
}

// begin asks what a passkey is to sign.
func (b *browser) begin() (a asked) {
	b.t.Helper()
	got := b.post("/sign-in/passkey/begin", url.Values{}).want(b.t, http.StatusOK)
	must(b.t, json.Unmarshal([]byte(got.body), &a))
	return a
}

func (b *browser) signInBy(a asked, credential string, more ...string) page {
	b.t.Helper()
	return b.post("/sign-in/passkey", values(append([]string{"challenge", a.Challenge, "credential", credential}, more...)...))
}

func TestAPasskeySignsIn(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	ada.setUp(p)
	d := ada.addPasskey(p, "Ada's phone")
	if got := ada.get("/passkeys").want(t, http.StatusOK); !strings.Contains(got.Text(), "Ada's phone") {
		t.Error("the list does not show it")
	}
	b := p.browser()
	a := b.begin()
	if a.Options.PublicKey.UserVerification != "required" || len(a.Options.PublicKey.AllowCredentials) != 0 {
		t.Errorf("the browser is asked for %+v", a.Options.PublicKey)
	}
	signed := d.get(a)
	if got := b.signInBy(a, signed, "return", in(p.analytical, "/members")).want(t, http.StatusSeeOther); got.location() != in(p.analytical, "/members") {
		t.Errorf("a passkey leads to %s", got.location())
	}
	b.get(in(p.analytical, "/members")).want(t, http.StatusOK)
	p.browser().signInBy(a, signed).want(t, http.StatusUnprocessableEntity) // a second time

	// It counts as two steps, also where an account requires them.
	ada.send(in(p.east, twoStepRule+"/require")).want(t, http.StatusSeeOther)
	b = p.browser()
	p.clock.advance(time.Second)
	a = b.begin()
	b.signInBy(a, d.get(a), "return", "https://evil.example/").want(t, http.StatusSeeOther)
	b.get(in(p.east, "")).want(t, http.StatusOK)
	b.send("/two-step/recovery-codes").want(t, http.StatusOK) // and is a proof

	// Who has one and comes by the password is told that it would do.
	edsger := p.as(p.edsger)
	edsger.addPasskey(p, "laptop")
	got := edsger.get(edsger.get(in(p.east, "")).want(t, http.StatusSeeOther).location()).want(t, http.StatusOK)
	got.says(t, "requires two-step sign-in", "sign in with your passkey")

	key := strings.TrimSuffix(b.get("/passkeys").Find("a[href$='/edit']").AttrOr("href", ""), "/edit")
	b.send(key+"/edit", "name", " ").want(t, http.StatusUnprocessableEntity)
	b.send(key+"/edit", "name", "Old phone").want(t, http.StatusSeeOther)
	b.get(key+"/remove").want(t, http.StatusOK)
	b.send(key+"/remove").want(t, http.StatusSeeOther)
	b = p.browser()
	a = b.begin()
	b.signInBy(a, d.get(a)).want(t, http.StatusUnprocessableEntity)
}

func TestAPasskeyThatDoesNotFit(t *testing.T) {
	p := newPanel(t)
	ada, mallory := p.as(p.ada), p.as(p.mallory)
	d, other := ada.addPasskey(p, "phone"), mallory.addPasskey(p, "phone")
	b := p.browser()
	refused := func(what string, a asked, credential string) {
		t.Helper()
		got := b.signInBy(a, credential).want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(got.Text(), "That passkey doesn't work here.") {
			t.Errorf("%s answers %s", what, got.Find("main").Text())
		}
		b.get("/accounts").want(t, http.StatusSeeOther)
	}
	a := b.begin()
	refused("nonsense", a, "{")
	elsewhere := *d
	elsewhere.origin = "https://evil.example"
	a = b.begin()
	refused("another site", a, elsewhere.get(a))
	locked := *d
	locked.flags = present
	a = b.begin()
	refused("a device that nobody unlocked", a, locked.get(a))
	forged := *d
	forged.key = other.key
	a = b.begin()
	refused("another key", a, forged.get(a))
	stolen := *other
	stolen.user = d.user
	a = b.begin()
	refused("Mallory's passkey with Ada's name", a, stolen.get(a))
	a = b.begin()
	refused("a challenge of another time", b.begin(), d.get(a))
	a = b.begin()
	p.clock.advance(5 * time.Minute)
	refused("a late answer", a, d.get(a))

	// A copy of the device has the counter that the device had.
	d.counter += 10
	a = b.begin()
	b.signInBy(a, d.get(a)).want(t, http.StatusSeeOther)
	copied := *d
	copied.counter -= 5
	b = p.browser()
	a = b.begin()
	refused("a copy", a, copied.get(a))
	home := strings.TrimSuffix(ada.get("/accounts?q=Ada").Find("main tbody th a").First().AttrOr("href", ""), "/")
	if got := ada.get(home+"/audit").want(t, http.StatusOK); !strings.Contains(got.Text(), "tried a passkey that looks copied") {
		t.Error("the audit does not tell of the copy")
	}
}

func TestAPasskeyIsAddedOnce(t *testing.T) {
	p := newPanel(t)
	ada, mallory := p.as(p.ada), p.as(p.mallory)
	d, a := newDevice(p), ada.offerPasskey("phone")
	made := d.create(a)
	mallory.send("/passkeys", "name", "mine", "challenge", a.Challenge, "credential", made).want(t, http.StatusUnprocessableEntity)
	var done atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		form := values("name", "phone", "challenge", a.Challenge, "credential", made, "token", ada.token())
		all.Go(func() {
			if ada.post("/passkeys", form).status == http.StatusSeeOther {
				done.Add(1)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 {
		t.Errorf("one answer made %d passkeys", done.Load())
	}
	a = mallory.offerPasskey("copy")
	if got := mallory.send("/passkeys", "name", "copy", "challenge", a.Challenge, "credential", d.create(a)).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.Text(), "already in use here") {
		t.Error("the same credential belongs to two")
	}
	key := strings.TrimSuffix(ada.get("/passkeys").Find("a[href$='/edit']").AttrOr("href", ""), "/edit")
	for _, act := range []string{"/edit", "/remove"} {
		mallory.get(key+act).want(t, http.StatusNotFound)
		mallory.send(key+act, "name", "mine").want(t, http.StatusNotFound)
	}
	p.clock.advance(5 * time.Minute)
	if got := ada.send("/passkeys/new", "name", "tablet").want(t, http.StatusUnprocessableEntity); got.Find("#f-proof-problem").Length() != 1 {
		t.Error("a passkey is added without a proof")
	}
	ada.send("/passkeys", "name", "tablet", "challenge", a.Challenge, "credential", made).want(t, http.StatusUnprocessableEntity)
	ada.send(key+"/remove").want(t, http.StatusUnprocessableEntity)
	ada.get(key+"/remove").want(t, http.StatusOK)

	_, link := p.subuser(p.east, "dev", "Developer")
	dev := p.asSubuser(link, "dev")
	dev.get("/passkeys").want(t, http.StatusNotFound)
	dev.send("/passkeys/new", "name", "phone").want(t, http.StatusNotFound)
	p.browser().get("/passkeys").want(t, http.StatusSeeOther)
}

func TestOnePasskeyAnswerSignsInOnce(t *testing.T) {
	p := newPanel(t)
	d := p.as(p.ada).addPasskey(p, "phone")
	d.counts = false
	for range 5 {
		a := p.browser().begin()
		signed := d.get(a)
		var done atomic.Int32
		var all sync.WaitGroup
		for range 8 {
			b := p.browser()
			all.Go(func() {
				if b.signInBy(a, signed).status == http.StatusSeeOther {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Fatalf("one answer signed in %d times", done.Load())
		}
	}
	_, err := p.store.ResetMemberTwoStep(context.Background(), p.ada.Email)
	must(t, err)
	b := p.browser()
	a := b.begin()
	b.signInBy(a, d.get(a)).want(t, http.StatusUnprocessableEntity)
}
