package mail

import (
	letterpage "bailiwick/models/letter"
	"bailiwick/models/store"

	letters "bailiwick/views/letter"
	"bailiwick/views/part"

	"bytes"
	"context"
	"fmt"
	"net/url"
	"time"
)

// Rendered is a letter as it is sent.
type Rendered struct {
	Subject, Text, HTML string
	Link                string // what it leads to
}

// subjects do not depend on facts: what the names of people and accounts say is
// no business of whoever looks over a list of mail.
var subjects = map[string]string{
	letterpage.Invite:       "You are invited to work in an account",
	letterpage.Reset:        "Choose a new password",
	letterpage.ConfirmEmail: "Confirm your e-mail address",
	letterpage.EmailChanged: "Your e-mail address was changed",
	letterpage.EmailProof:   "Confirm your e-mail address",

	letterpage.SignInChanged: "A change to how you sign in",
	letterpage.WrongCodes:    "Somebody may know your password",

	letterpage.OwnershipOffered: "An account is offered to you",
	letterpage.OwnershipChanged: "An account has a new owner",
}

// Subject is what a kind of letter is called.
func Subject(kind string) string { return subjects[kind] }

// words gives each kind of letter its text. The facts that it takes are those
// that it reads here.
var words = map[string]func(*letter){
	// inviter, account, roles; path, until.
	letterpage.Invite: func(l *letter) {
		l.say("%s invites you to work in %s, as %s.", l.fact("inviter"), l.fact("account"), l.fact("roles"))
		l.act("See the invite")
		l.after("The link works once, until %s, for this address alone.", l.time("until"))
		l.after("If you don't know what this is about, ignore this e-mail: nothing happens unless you open the link.")
	},
	// path, until.
	letterpage.Reset: func(l *letter) {
		l.say("Somebody, hopefully you, asked for a new password for your login.")
		l.act("Choose a new password")
		l.after("The link works once, until %s. All your sessions end when the password changes.", l.time("until"))
		l.after("If it wasn't you, ignore this e-mail: your password stays as it is.")
	},
	// path, until.
	letterpage.ConfirmEmail: func(l *letter) {
		l.say("You asked to sign in with this address.")
		l.act("Confirm this address")
		l.after("The link works once, until %s. Until then nothing changes.", l.time("until"))
		l.after("If you didn't ask for it, ignore this e-mail: somebody may have mistyped their own address.")
	},
	// new (masked), path, until.
	letterpage.EmailChanged: func(l *letter) {
		l.say("The e-mail address of your login was changed from this one to %s.", l.fact("new"))
		l.say("If that was you, there is nothing to do. If it wasn't, undo it: this address signs in again, all sessions end, and you get a link for a new password.")
		l.act("Undo the change")
		l.after("The link works once, until %s.", l.time("until"))
	},
	// path, until.
	letterpage.EmailProof: func(l *letter) {
		l.say("You signed up with this address. Confirm that it's yours, so that nobody else can use it.")
		l.act("Confirm this address")
		l.after("The link works once, until %s.", l.time("until"))
		l.after("If you didn't sign up, don't confirm. Choose “Forgotten your password?” on the sign-in page to take the login over, or ignore this e-mail.")
	},
	// what, path; name of a passkey, left of recovery codes; of a login that was
	// taken back: removed and kept passkeys, two_step.
	letterpage.SignInChanged: func(l *letter) {
		switch l.fact("what") {
		case "turn_on_two_step":
			l.say("Signing in takes two steps now: your password, and a code from your phone.")
		case "turn_off_two_step":
			l.say("Signing in takes one step again: your password alone is enough.")
		case "reset_two_step":
			l.say("Whoever runs this panel turned off two-step sign-in and removed your passkeys, as is done for somebody who lost them. Your password alone is enough.")
		case "renew_recovery_codes":
			l.say("You have new recovery codes. The old ones no longer work.")
		case "use_recovery_code":
			l.say("Somebody, hopefully you, signed in with one of your recovery codes. %s are left.", l.fact("left"))
		case "add_passkey":
			l.say("The passkey “%s” was added to your login. It signs in without a password.", l.fact("name"))
		case "remove_passkey":
			l.say("The passkey “%s” was removed from your login.", l.fact("name"))
		case "reset_password":
			l.say("Your password was changed by a link that we mailed to this address. All your sessions have ended.")
		case "undo_email":
			l.say("You undid the change of your e-mail address. This address signs in again, your password no longer works, and all your sessions have ended.")
		default:
			l.missing = "what"
		}
		if names := l.facts["removed"]; names != "" {
			l.say("Removed passkeys: %s.", names)
		}
		if names := l.facts["kept"]; names != "" {
			l.say("Kept passkeys: %s.", names)
		}
		switch l.facts["two_step"] {
		case "removed":
			l.say("Two-step sign-in was turned off, because it may have been set up by somebody else. Set it up again after you sign in.")
		case "kept":
			l.say("Two-step sign-in is still on. If you didn't set it up, ask whoever runs this panel to reset it.")
		}
		l.act("See how you sign in")
		l.after("If that wasn't you, change your password at once, and end your other sessions.")
	},
	// path.
	letterpage.WrongCodes: func(l *letter) {
		l.say("Somebody entered your password and then five wrong codes. They didn't get in.")
		l.act("See how you sign in")
		l.after("If that wasn't you, change your password at once.")
	},
	// by, account, path, until.
	letterpage.OwnershipOffered: func(l *letter) {
		l.say("%s offers you the account %s. If you accept, you own it and everything in it.", l.fact("by"), l.fact("account"))
		l.act("See the offer")
		l.after("Only you can accept it, until %s. Nothing changes before that.", l.time("until"))
	},
	// account, from, to, path.
	letterpage.OwnershipChanged: func(l *letter) {
		l.say("%s has a new owner: %s handed it over to %s.", l.fact("account"), l.fact("from"), l.fact("to"))
		l.say("%s is an Admin there.", l.fact("from"))
		l.act("Open the account")
	},
}

// Render gives a letter its words. Its links lead to the panel's public address
// alone.
func Render(ctx context.Context, l letterpage.Letter, public *url.URL) (Rendered, error) {
	write := words[l.Kind]
	if write == nil {
		return Rendered{}, fmt.Errorf("there are no words for a letter of the kind %q", l.Kind)
	}
	x := &letter{facts: l.Facts, public: public}
	x.page.Subject, x.page.Greeting = subjects[l.Kind], "Hello,"
	x.page.Panel = part.Link{Text: "Bailiwick", URL: public.String()}
	if l.ToName != "" {
		x.page.Greeting = "Hello " + store.Unlinked(l.ToName) + ","
	}
	write(x)
	if x.missing != "" {
		return Rendered{}, fmt.Errorf("a letter of the kind %s lacks the fact %s", l.Kind, x.missing)
	}
	var text, html bytes.Buffer
	if err := letters.Text(x.page).Render(ctx, &text); err != nil {
		return Rendered{}, err
	}
	if err := letters.HTML(x.page).Render(ctx, &html); err != nil {
		return Rendered{}, err
	}
	return Rendered{x.page.Subject, text.String(), html.String(), x.page.Action.URL}, nil
}

// letter is one that is being worded.
type letter struct {
	facts   map[string]string
	public  *url.URL
	page    letters.Page
	missing string
}

// fact is one that people chose the words of: nothing in it becomes a link.
func (l *letter) fact(name string) string { return store.Unlinked(l.given(name)) }

func (l *letter) given(name string) string {
	if l.facts[name] == "" {
		l.missing = name
	}
	return l.facts[name]
}

// time is a fact in RFC 3339, as the reader of a mail sees it: nobody knows
// their zone.
func (l *letter) time(name string) string {
	t, err := time.Parse(time.RFC3339, l.given(name))
	if err != nil {
		l.missing = name
	}
	return t.UTC().Format("2 January 2006, 15:04 MST")
}

func (l *letter) say(format string, args ...any) {
	l.page.Paragraphs = append(l.page.Paragraphs, fmt.Sprintf(format, args...))
}

func (l *letter) after(format string, args ...any) {
	l.page.After = append(l.page.After, fmt.Sprintf(format, args...))
}

// act leads to the fact path.
func (l *letter) act(text string) {
	l.page.Action = part.Link{Text: text, URL: l.public.JoinPath(l.given("path")).String()}
}
