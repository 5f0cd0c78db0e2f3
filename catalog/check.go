package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
)

// formats are those that JSON Schema does not know, or knows more loosely than
// a person means them.
var formats = []*jsonschema.Format{
	{Name: "e164", Validate: stringFormat(checkE164)},
	{Name: "cidr", Validate: stringFormat(checkCIDR)},
	{Name: "uri", Validate: stringFormat(checkURI)},
	{Name: "regex", Validate: stringFormat(checkPattern)},
	{Name: "language", Validate: stringFormat(checkLanguage)},
}

var formatSentences = map[string]string{
	"e164":      "Enter a phone number with its country code, such as +49 30 901820.",
	"cidr":      "Enter a network such as 192.0.2.0/24, or a single address.",
	"uri":       "Enter a whole address, such as https://example.com/hook.",
	"email":     "Enter an e-mail address, such as ada@example.com.",
	"date-time": "Enter a date and a time.",
	"date":      "Enter a date, such as 2026-11-21.",
	"uuid":      "Choose one of the list.",
	"language":  "Choose a language, such as en for English or de-AT for Austrian German.",
}

func stringFormat(check func(string) error) func(any) error {
	return func(v any) error {
		s, ok := v.(string)
		if !ok {
			return nil
		}
		return check(s)
	}
}

var errForm = errors.New("wrong form")

func checkE164(s string) error {
	if n, err := normalPhone(s); err != nil || n != s {
		return errForm
	}
	return nil
}

// normalPhone gives a phone number in E.164: +, country code, number.
func normalPhone(s string) (string, error) {
	if !strings.HasPrefix(s, "+") {
		return "", errForm
	}
	n, err := phonenumbers.Parse(s, "ZZ")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", errForm
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

func checkCIDR(s string) error {
	if p, err := netip.ParsePrefix(s); err != nil || p != p.Masked() || p.Addr().Is4In6() {
		return errForm
	}
	return nil
}

func checkURI(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return errForm
	}
	return nil
}

var languageForm = regexp.MustCompile(`^[a-z]{2}(-[A-Z]{2})?$`)

// checkLanguage takes the code of a language in two letters, alone or as it is spoken
// in a country.
func checkLanguage(s string) error {
	tag, err := language.Parse(s)
	if err != nil || tag.String() != s || !languageForm.MatchString(s) {
		return errForm
	}
	if _, _, region := tag.Raw(); len(s) > 2 && !region.IsCountry() {
		return errForm
	}
	return nil
}

func checkPattern(s string) error {
	_, err := regexp.Compile(s)
	return err
}

// patternSentence says what is wrong with a regular expression.
func patternSentence(err error) string {
	var wrong *syntax.Error
	if !errors.As(err, &wrong) {
		return "Enter a regular expression, such as ^\\+4930."
	}
	at := fmt.Sprintf("%q", wrong.Expr)
	why := map[syntax.ErrorCode]string{
		syntax.ErrMissingParen:          at + " has a bracket without its partner",
		syntax.ErrUnexpectedParen:       at + " closes a bracket that is not open",
		syntax.ErrMissingBracket:        at + " has no closing square bracket",
		syntax.ErrInvalidCharRange:      at + " is no range of characters",
		syntax.ErrInvalidEscape:         at + " is no escape",
		syntax.ErrTrailingBackslash:     "it ends in a backslash",
		syntax.ErrMissingRepeatArgument: at + " repeats nothing",
		syntax.ErrInvalidRepeatOp:       at + " repeats a repetition",
		syntax.ErrInvalidRepeatSize:     at + " repeats too often",
		syntax.ErrInvalidPerlOp:         at + " is not supported",
	}[wrong.Code]
	if why == "" {
		why = fmt.Sprintf("%s: %s", at, wrong.Code)
	}
	return "Enter a regular expression: " + why + "."
}

// Check validates the values of a record and gives one sentence for each
// property that is wrong; nothing where all is well. Values are as JSON decodes
// them. Secrets that are made here are not looked at.
func (k *Kind) Check(values map[string]any) map[string]string {
	wrong := map[string]string{}
	plain, err := k.plain(values)
	if err != nil {
		return map[string]string{k.Name: "This can't be stored: " + err.Error() + "."}
	}
	for name, v := range plain {
		if badText(v) {
			wrong[name] = "Remove the invisible characters."
		}
	}
	err = k.schema.Validate(plain)
	var invalid *jsonschema.ValidationError
	if errors.As(err, &invalid) {
		k.explain(invalid, wrong)
	}
	return wrong
}

// plain is what JSON makes of the values, without those that are made here.
func (k *Kind) plain(values map[string]any) (map[string]any, error) {
	b, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		return nil, err
	}
	plain, _ := v.(map[string]any)
	for _, f := range k.Fields {
		if f.Secret == Generated || f.Secret == Signing {
			delete(plain, f.Name)
		}
	}
	return plain, nil
}

func badText(v any) bool {
	switch v := v.(type) {
	case string:
		return !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool {
			return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
		})
	case []any:
		for _, x := range v {
			if badText(x) {
				return true
			}
		}
	case map[string]any:
		for key, x := range v {
			if badText(key) || badText(x) {
				return true
			}
		}
	}
	return false
}

func (k *Kind) explain(e *jsonschema.ValidationError, wrong map[string]string) {
	say := func(name, sentence string) {
		if wrong[name] == "" {
			wrong[name] = sentence
		}
	}
	if len(e.InstanceLocation) == 0 {
		switch why := e.ErrorKind.(type) {
		case *kind.Required:
			for _, name := range why.Missing {
				if f := k.Field(name); f == nil || f.Secret != Generated && f.Secret != Signing {
					say(name, "Fill this in.")
				}
			}
			return
		case *kind.AdditionalProperties:
			for _, name := range why.Properties {
				say(name, "There is no such property; use "+k.names()+".")
			}
			return
		}
	}
	if len(e.Causes) > 0 {
		// The parts of a `not` or of alternatives say nothing that helps.
		switch e.ErrorKind.(type) {
		case *kind.Not, *kind.AnyOf, *kind.OneOf:
		default:
			for _, c := range e.Causes {
				k.explain(c, wrong)
			}
			return
		}
	}
	name := k.Name
	if len(e.InstanceLocation) > 0 {
		name = e.InstanceLocation[0]
	}
	say(name, k.Field(name).sentence(e.ErrorKind))
}

// sentence says what would be right.
func (f *Field) sentence(why jsonschema.ErrorKind) string {
	if f == nil {
		return "This is not right: " + fmt.Sprint(why.KeywordPath()) + "."
	}
	if f.Says != "" {
		return f.Says
	}
	switch why := why.(type) {
	case *kind.MinLength, *kind.MaxLength:
		switch {
		case f.Grows():
			return "Use 1 to " + plural(entryLength, "character") + "."
		case f.Many:
			return "Each may have at most " + plural(lineLength, "character") + "."
		case f.Type == "object":
			return "Each value may have at most " + plural(1000, "character") + "."
		case f.MinLength == 0:
			return "Use at most " + plural(f.MaxLength, "character") + "."
		}
		return fmt.Sprintf("Use %d to %s.", f.MinLength, plural(f.MaxLength, "character"))
	case *kind.Minimum, *kind.Maximum, *kind.ExclusiveMinimum, *kind.ExclusiveMaximum:
		switch {
		case f.Min != nil && f.Max != nil:
			return "Enter a number from " + decimal(*f.Min) + " to " + decimal(*f.Max) + "."
		case f.Min != nil:
			return "Enter a number of at least " + decimal(*f.Min) + "."
		case f.Max != nil:
			return "Enter a number of at most " + decimal(*f.Max) + "."
		}
		return "Enter a number within the limits."
	case *kind.Type:
		switch f.Type {
		case "integer":
			return "Enter a whole number."
		case "number":
			return "Enter a number."
		case "boolean":
			return "Answer yes or no."
		}
		if f.Type == "object" {
			return "Write a name and a value on each line, such as: greeting = hello."
		}
		return "Enter text."
	case *kind.Enum, *kind.Const:
		var all []string
		for _, o := range f.Options {
			all = append(all, o.Title)
		}
		return "Choose one of: " + strings.Join(all, ", ") + "."
	case *kind.Format:
		if why.Want == "regex" {
			return patternSentence(why.Err)
		}
		if s := formatSentences[why.Want]; s != "" {
			return s
		}
		return "Enter a " + why.Want + "."
	case *kind.MinItems:
		return "Enter at least " + plural(why.Want, "entry") + "."
	case *kind.MaxItems:
		if f.Grows() {
			return fmt.Sprintf("This holds %d already, and no more.", why.Want)
		}
		return "Enter at most " + plural(why.Want, "entry") + "."
	case *kind.MaxProperties:
		return "Enter at most " + plural(why.Want, "entry") + "."
	case *kind.UniqueItems:
		return "Name each only once."
	case *kind.MultipleOf:
		return "Use fewer decimals."
	}
	return "Write this another way."
}

// Uncovered gives a sentence for each property whose value needs something that
// the account's ceiling does not hold.
func (k *Kind) Uncovered(values map[string]any, ceiling Entitlements) map[string]string {
	wrong := map[string]string{}
	for _, f := range k.Fields {
		v, given := values[f.Name]
		if !given || v == nil {
			continue
		}
		if !ceiling.Covers(f.Needs) {
			wrong[f.Name] = "This account can't use this."
			continue
		}
		for _, text := range Texts(v) {
			if o := f.Option(text); o != nil && !ceiling.Covers(o.Needs) {
				wrong[f.Name] = "This account can't use " + o.Title + "."
			}
		}
	}
	return wrong
}

// Missing are the entitlements without which a record with these values is closed
// to its account, as far as the ceiling lacks them: those of its kind, and of the
// one value that a property has of some to choose from.
func (k *Kind) Missing(values map[string]any, ceiling Entitlements) Entitlements {
	need := k.Needs
	for _, f := range k.Gated() {
		text, _ := values[f.Name].(string)
		if o := f.Option(text); o != nil {
			need |= o.Needs
		}
	}
	return need &^ ceiling
}

// Gated are the properties whose one value can close a record.
func (k *Kind) Gated() (all []*Field) {
	for _, f := range k.Fields {
		if !f.Many && slices.ContainsFunc(f.Options, func(o Option) bool { return o.Needs != 0 }) {
			all = append(all, f)
		}
	}
	return all
}

// ClosedOptions are the values of a property that a ceiling does not hold.
func (f *Field) ClosedOptions(ceiling Entitlements) (all []Option) {
	for _, o := range f.Options {
		if !ceiling.Covers(o.Needs) {
			all = append(all, o)
		}
	}
	return all
}

// Texts are the texts of a value: of a list all of them, of a text itself.
func Texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok {
				all = append(all, s)
			}
		}
	}
	return all
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if before, ok := strings.CutSuffix(noun, "y"); ok {
		noun = before + "ie"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
