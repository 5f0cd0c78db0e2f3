package part

import "strconv"

// fewRows is how many things in order may each offer all there is to choose.
const fewRows = 5

// picks are the selects of a field whose values stand in an order: what is chosen,
// and room for two more.
func (f Field) picks() (all []Field) {
	for i := range max(3, len(f.Values)+2) {
		one := Field{Kind: Select, Name: f.Name, ID: f.Id() + "-" + strconv.Itoa(i+1), Disabled: f.Disabled}
		if i < len(f.Values) {
			one.Value = f.Values[i]
		}
		for _, o := range f.Options {
			if i >= len(f.Values) || len(f.Values) <= fewRows || o.Value == one.Value {
				o.Selected = false
				one.Options = append(one.Options, o)
			}
		}
		all = append(all, one)
	}
	return all
}

// nothing is the choice of none in a field of one value.
func (f Field) nothing() (text string, there bool) {
	switch {
	case f.blank():
		return "", true
	case f.Value == "":
		return "Choose one", true
	}
	return "", false
}
