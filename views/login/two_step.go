package login

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"

	"bailiwick/views/part"
)

// TwoStepSetUpPage shows a new key to an authenticator app. POST with key, code and
// proof; key is the sealed form of what is shown.
type TwoStepSetUpPage struct {
	Frame      part.Frame
	Required   bool   // an account asks for it before it lets in
	HasPasskey bool   // which would do as well
	QR         QR     // of the whole address
	Key        string // in groups of four
	Name       string // under which the app lists it
	Form       part.Form
}

func (p TwoStepSetUpPage) demand() part.Alert {
	a := part.Alert{Tone: part.Info, Text: "This account requires two-step sign-in for everyone. Set it up to continue."}
	if p.HasPasskey {
		a.Text += " Or sign out, and sign in with your passkey: that counts as two steps."
	}
	return a
}

// QR is a QR code: its size in squares, and the dark ones as an SVG path.
type QR struct {
	Size int
	Path string
}

// NewQR is a text as a QR code; the error is one too long for it.
func NewQR(text string) (QR, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return QR{}, err
	}
	q := QR{Size: code.Bounds().Dx()}
	var path strings.Builder
	for y := range q.Size {
		for x := range q.Size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	q.Path = path.String()
	return q, nil
}

// viewBox leaves the border of four squares that readers need.
func (q QR) viewBox() string {
	side := part.Decimal(q.Size + 8)
	return "-4 -4 " + side + " " + side
}

// RecoveryCodesPage shows codes once.
type RecoveryCodesPage struct {
	Frame   part.Frame
	Header  part.Header
	Codes   []string
	NextURL string
}

func (p RecoveryCodesPage) text() string { return strings.Join(p.Codes, "\n") }

// SignInCodePage asks for the code of a sign-in whose password was right.
// POST /sign-in/code with code.
type SignInCodePage struct {
	Token     string
	Name      string
	Problem   string // the same sentence for every reason
	SignInURL string // to begin again
}

func (p SignInCodePage) form() part.Form {
	return part.Form{
		Token: p.Token, Action: "/sign-in/code", Problem: p.Problem, Submit: "Sign in", Plain: true,
		Fields: []part.Field{{
			Name: "code", Label: "Code", Required: true, Autocomplete: "one-time-code", Autofocus: p.Problem == "", MaxLength: 32,
			Help: "The six digits that your authenticator app shows now, or one of your recovery codes.",
		}},
	}
}
