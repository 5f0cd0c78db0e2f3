package account

import (
	"bailiwick/views/part"
)

// SupportAccessPage tells whether support staff may come in, lets them in, and
// lists when they might before. POST with access (view or edit), lasts (1h, 8h,
// 1d, 7d, 30d, or until with a time in until), reason and, when it was not given
// lately, proof.
type SupportAccessPage struct {
	Frame  part.Frame
	Header part.Header
	State  part.Alert
	Form   *part.Form // nil for those who may not let anybody in
	List   part.List
}
