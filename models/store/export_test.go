package store

// InsufficientPrivilege is the code of what a login may not do.
const InsufficientPrivilege = insufficientPrivilege

// Code is that of a database's error.
func Code(err error) string { return code(err) }
