package storybook

import (
	"bailiwick/views/login"
	"bailiwick/views/part"
	"bailiwick/views/record"

	"slices"
)

func twoSteps() []Story {
	picture, err := login.NewQR("otpauth://totp/panel.example:ada@analytical.example?issuer=panel.example&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
	if err != nil {
		panic(err) // the text is short enough
	}
	code := part.Field{Name: "code", Label: "Code", Help: "The six digits that the app shows now.", Required: true, Autocomplete: "one-time-code"}
	setUp := login.TwoStepSetUpPage{
		Frame: frame("Set up two-step sign-in", ""), QR: picture, Key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", Name: "ada@analytical.example",
		Form: part.Form{Token: token, Action: "/two-step/set-up", Submit: "Turn on", Cancel: "/two-step", Plain: true, Fields: []part.Field{code}},
	}
	wrong := setUp
	wrong.Required = true
	code.Problem = "This isn't the code that your app shows now. Check the clock of your phone, and enter the newest code."
	wrong.Form.Fields = []part.Field{code, {
		Kind: part.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password",
		Help: "To make sure that it's you. You won't be asked again for five minutes.",
	}}
	proof := part.FormPage{Frame: frame("Confirm that it's you", ""), Header: part.Header{Title: "Confirm that it's you"}, Form: part.Form{
		Token: token, Action: "/prove", Submit: "Confirm", Cancel: "/accounts", Fields: []part.Field{wrong.Form.Fields[1]},
	}}
	refused := proof
	refused.Form.Fields = slices.Clone(proof.Form.Fields)
	refused.Form.Fields[0].Problem = "This isn't your password."
	return []Story{
		{Name: "Proof", Render: record.FormOn(proof)},
		{Name: "Proof, refused", Render: record.FormOn(refused)},
		{Name: "Code", Render: login.SignInCode(login.SignInCodePage{Token: token, Name: "Ada", SignInURL: "/sign-in"})},
		{Name: "Code, refused", Render: login.SignInCode(login.SignInCodePage{Token: token, Name: "Ada", SignInURL: "/sign-in", Problem: "That code is wrong. Check it and try again."})},
		{Name: "Set up", Render: login.TwoStepSetUp(setUp)},
		{Name: "Set up, required and refused", Render: login.TwoStepSetUp(wrong)},
		{Name: "Recovery codes", Render: login.RecoveryCodes(login.RecoveryCodesPage{
			Frame: frame("Two-step sign-in is on", ""), Header: part.Header{Title: "Two-step sign-in is on"}, NextURL: "/two-step",
			Codes: []string{
				"mzxw-6ytb-oi2g-4zlb", "nb2h-i4dt-hixs-6zly", "mfwg-y2lm-nrwg-s3dt", "ob2g-q3th-mv4h-azls", "pf2g-k3tu-ojqw-y3dp",
				"k5uw-43dj-onsw-45dp", "jv2w-45db-ojqw-y2lt", "izuw-yytp-ojzw-k3tu", "gq2t-mnjx-ha4t-amjs", "ijqx-g5dp-nzsx-e3dz",
			},
		})},
		{Name: "Passkey", Render: login.PasskeyOffer(login.PasskeyOfferPage{
			Frame: frame("Add a passkey", ""), Header: part.Header{Title: "Add “This laptop”"}, RP: "127.0.0.1", Action: "/passkeys", Cancel: "/passkeys", Name: "This laptop", Options: "{}",
		})},
		{Name: "Passkey, not in this browser", Render: login.PasskeyOffer(login.PasskeyOfferPage{
			Frame: frame("Add a passkey", ""), Header: part.Header{Title: "Add “This laptop”"}, RP: "panel.example", Action: "/passkeys", Cancel: "/passkeys", Name: "This laptop", Options: "{}",
		})},
		{Name: "On", Render: record.Record(record.Page{
			Frame: frame("Two-step sign-in", ""),
			Header: part.Header{Title: "Two-step sign-in", Badge: part.Badge{Text: "On", Tone: part.Good}, Text: "Someone who learns your password still can't sign in without the code on your phone.", Actions: []part.Action{
				{Text: "New recovery codes…", URL: "/two-step/recovery-codes", Dialog: true, Icon: "refresh-cw"}, {Text: "Turn off…", URL: "/two-step/turn-off", Dialog: true, Danger: true},
			}},
			Notice:  &part.Alert{Tone: part.Warn, Text: "You have few recovery codes left. Create new ones, so that you can still sign in without your phone."},
			Details: []part.Detail{{Label: "Since", Value: part.Cell{Text: "3 Mar, 09:12"}}, {Label: "Recovery codes left", Value: part.Cell{Text: "2"}}},
		})},
	}
}
