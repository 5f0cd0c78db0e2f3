package login

// What tests of this wing look at from outside.
const (
	ChallengeLife = challengeLife
	MostResets    = mostResets
	StepSeconds   = stepSeconds
)

var BareCode = bareCode
