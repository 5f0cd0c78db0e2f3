package storybook

import (
	"slices"

	"bailiwick/views"
)

func twoSteps() []Story {
	picture, err := views.NewQR("otpauth://totp/panel.example:ada@analytical.example?issuer=panel.example&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
	if err != nil {
		panic(err) // the text is short enough
	}
	code := views.Field{Name: "code", Label: "Code", Help: "The six digits that the app shows now.", Required: true, Autocomplete: "one-time-code"}
	setUp := views.TwoStepSetUpPage{
		Frame: frame("Set up two-step sign-in", ""), QR: picture, Key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP", Name: "ada@analytical.example",
		Form: views.Form{Token: token, Action: "/two-step/set-up", Submit: "Turn on", Cancel: "/two-step", Plain: true, Fields: []views.Field{code}},
	}
	wrong := setUp
	wrong.Required = true
	code.Problem = "This is not the code that your app shows now. Check that its clock is right, and take the newest code."
	wrong.Form.Fields = []views.Field{code, {
		Kind: views.Password, Name: "proof", Label: "Your password", Required: true, Autocomplete: "current-password",
		Help: "To be sure that it is you. It is not asked again for five minutes.",
	}}
	proof := views.FormPage{Frame: frame("Confirm that it’s you", ""), Header: views.Header{Title: "Confirm that it’s you"}, Form: views.Form{
		Token: token, Action: "/prove", Submit: "Confirm", Cancel: "/accounts", Fields: []views.Field{wrong.Form.Fields[1]},
	}}
	refused := proof
	refused.Form.Fields = slices.Clone(proof.Form.Fields)
	refused.Form.Fields[0].Problem = "This is not your password."
	return []Story{
		{Name: "Proof", Render: views.FormOn(proof)},
		{Name: "Proof, refused", Render: views.FormOn(refused)},
		{Name: "Code", Render: views.SignInCode(views.SignInCodePage{Token: token, Name: "Ada", SignInURL: "/sign-in"})},
		{Name: "Code, refused", Render: views.SignInCode(views.SignInCodePage{Token: token, Name: "Ada", SignInURL: "/sign-in", Problem: "That did not match. Check what you typed and try again."})},
		{Name: "Set up", Render: views.TwoStepSetUp(setUp)},
		{Name: "Set up, required and refused", Render: views.TwoStepSetUp(wrong)},
		{Name: "Recovery codes", Render: views.RecoveryCodes(views.RecoveryCodesPage{
			Frame: frame("Two-step sign-in is on", ""), Header: views.Header{Title: "Two-step sign-in is on"}, NextURL: "/two-step",
			Codes: []string{
				"mzxw-6ytb-oi2g-4zlb", "nb2h-i4dt-hixs-6zly", "mfwg-y2lm-nrwg-s3dt", "ob2g-q3th-mv4h-azls", "pf2g-k3tu-ojqw-y3dp",
				"k5uw-43dj-onsw-45dp", "jv2w-45db-ojqw-y2lt", "izuw-yytp-ojzw-k3tu", "gq2t-mnjx-ha4t-amjs", "ijqx-g5dp-nzsx-e3dz",
			},
		})},
		{Name: "Passkey", Render: views.PasskeyOffer(views.PasskeyOfferPage{
			Frame: frame("Add a passkey", ""), Header: views.Header{Title: "Add “This laptop”"}, RP: "127.0.0.1", Action: "/passkeys", Cancel: "/passkeys", Name: "This laptop", Options: "{}",
		})},
		{Name: "Passkey, not in this browser", Render: views.PasskeyOffer(views.PasskeyOfferPage{
			Frame: frame("Add a passkey", ""), Header: views.Header{Title: "Add “This laptop”"}, RP: "panel.example", Action: "/passkeys", Cancel: "/passkeys", Name: "This laptop", Options: "{}",
		})},
		{Name: "On", Render: views.Record(views.RecordPage{
			Frame: frame("Two-step sign-in", ""),
			Header: views.Header{Title: "Two-step sign-in", Badge: views.Badge{Text: "On", Tone: views.Good}, Text: "With it, whoever learns your password still can not sign in: they lack the code that only your phone shows.", Actions: []views.Action{
				{Text: "New recovery codes…", URL: "/two-step/recovery-codes", Dialog: true, Icon: "refresh-cw"}, {Text: "Turn off…", URL: "/two-step/turn-off", Dialog: true, Danger: true},
			}},
			Notice:  &views.Alert{Tone: views.Warn, Text: "You have few recovery codes left. Make new ones, so that you can sign in without your phone."},
			Details: []views.Detail{{Label: "Since", Value: views.Cell{Text: "3 Mar, 09:12"}}, {Label: "Recovery codes left", Value: views.Cell{Text: "2"}}},
		})},
	}
}
