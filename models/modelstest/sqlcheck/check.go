// Package sqlcheck reads SQL as it is sent, to say of which tenant a statement is.
// It knows as much of the language as the panel uses, and refuses what it is not
// sure of.
package sqlcheck

import "slices"

// Checker knows which tables are a tenant's, and by which column: tenant_id, or id
// of tenants. Outside are those that are no tenant's.
type Checker struct {
	Tables  map[string]string
	Outside map[string]bool
}

// Need is a table that a statement names, and what its tenant is compared with: a
// parameter ($1) or a literal. Value is empty where it is compared with neither.
type Need struct {
	Table   string
	Literal bool
	Value   string
}

// Needs gives each mention of a tenant's table. A comparison counts where it binds
// by itself: not below OR or NOT, and in the condition of an outer join only for
// the table that is joined.
func (c Checker) Needs(sql string) (all []Need) {
	for _, statement := range split(read(sql), ";") {
		all = append(all, c.query(statement, nil)...)
	}
	return all
}

// Mixed names a tenant's table and one that is no tenant's, where one statement is
// about both; else it is empty.
func (c Checker) Mixed(sql string) string {
	for _, statement := range split(read(sql), ";") {
		tenants, outside := "", ""
		c.mentions(statement, func(name string) {
			switch {
			case c.Tables[name] != "":
				tenants = name
			case c.Outside[name]:
				outside = name
			}
		})
		if tenants != "" && outside != "" {
			return tenants + " and " + outside
		}
	}
	return ""
}

// mentions gives each table that a statement names, at any depth.
func (c Checker) mentions(ts []token, visit func(name string)) {
	for i, t := range ts {
		if t.is("into") && i+1 < len(ts) {
			visit(ts[i+1].text)
		}
		if t.kind == group {
			c.mentions(t.group, visit)
		}
	}
	for _, t := range c.tablesOf(ts, nil) {
		visit(t.name)
	}
}

// table is one of a query's tables.
type table struct {
	name, alias string
	need        *Need
}

// query checks one query with its parts; known are the names of WITH.
func (c Checker) query(ts []token, known []string) (all []Need) {
	if len(ts) > 0 && ts[0].is("explain") {
		if i := slices.IndexFunc(ts, func(t token) bool { return t.is("select", "with", "insert", "update", "delete") }); i > 0 {
			ts = ts[i:]
		}
	}
	if len(ts) > 0 && ts[0].is("with") {
		if ts = ts[1:]; len(ts) > 0 && ts[0].is("recursive") {
			ts = ts[1:]
		}
		for len(ts) > 0 && !ts[0].is("select", "insert", "update", "delete", "values") {
			if ts[0].kind == name {
				known = append(slices.Clone(known), ts[0].text)
			}
			for len(ts) > 0 && !(ts[0].kind == group && isQuery(ts[0].group)) {
				ts = ts[1:]
			}
			if len(ts) > 0 {
				all = append(all, c.query(ts[0].group, known)...)
				ts = ts[1:]
			}
			if len(ts) > 0 && ts[0].is(",") {
				ts = ts[1:]
			}
		}
	}
	for _, part := range split(ts, "union", "except", "intersect") {
		for len(part) > 0 && part[0].is("all", "distinct") {
			part = part[1:]
		}
		if len(part) > 0 && part[0].is("insert") {
			all = append(all, c.insert(part, known)...)
		} else {
			needs, _ := c.block(part, known)
			all = append(all, needs...)
		}
	}
	return all
}

// block checks one SELECT, UPDATE or DELETE, and what is inside of it.
func (c Checker) block(ts []token, known []string) (all []Need, tables []*table) {
	tables = c.tablesOf(ts, known)
	for _, part := range conditions(ts) {
		for _, and := range conjunction(part.condition) {
			c.bind(and, tables, part.only)
		}
	}
	for _, t := range tables {
		if t.need != nil {
			all = append(all, *t.need)
		}
	}
	return append(all, c.inside(ts, known)...), tables
}

// inside checks the sub-queries.
func (c Checker) inside(ts []token, known []string) (all []Need) {
	for _, t := range ts {
		switch {
		case t.kind != group:
		case isQuery(t.group):
			all = append(all, c.query(t.group, known)...)
		default:
			all = append(all, c.inside(t.group, known)...)
		}
	}
	return all
}

// tablesOf finds what stands behind FROM, JOIN, UPDATE and USING.
func (c Checker) tablesOf(ts []token, known []string) (tables []*table) {
	for i := 0; i < len(ts); i++ {
		before := token{}
		if i > 0 {
			before = ts[i-1]
		}
		switch {
		case ts[i].is("from") && !before.is("distinct"), ts[i].is("join"), ts[i].is("using"):
		case ts[i].is("update") && i == 0:
		default:
			continue
		}
		for i++; i < len(ts); i++ {
			for i < len(ts) && ts[i].is("lateral", "only") {
				i++
			}
			i = c.reference(ts, i, known, &tables)
			if i >= len(ts) || !ts[i].is(",") {
				break
			}
		}
		i--
	}
	return tables
}

// reference reads one table with its alias, and gives the place behind it.
func (c Checker) reference(ts []token, i int, known []string, tables *[]*table) int {
	if i >= len(ts) {
		return i
	}
	t := &table{}
	switch {
	case ts[i].kind == group && !isQuery(ts[i].group):
		*tables = append(*tables, c.tablesOf(append([]token{{text: "from", kind: keyword}}, ts[i].group...), known)...)
	case ts[i].kind == name:
		t.name = ts[i].text
		if i+2 < len(ts) && ts[i+1].is(".") {
			i += 2
			t.name = ts[i].text
		}
		if i+1 < len(ts) && ts[i+1].kind == group { // a function
			t.name = ""
		}
	}
	for i++; i < len(ts) && !ts[i].is(",") && (ts[i].kind == name || ts[i].kind == group || ts[i].is("as", "with")); i++ {
		if ts[i].kind == name && t.alias == "" {
			t.alias = ts[i].text
		}
	}
	if t.alias == "" {
		t.alias = t.name
	}
	if c.Tables[t.name] != "" && !slices.Contains(known, t.name) {
		t.need = &Need{Table: t.name}
	}
	*tables = append(*tables, t)
	return i
}

// part is a condition; it binds one table alone where only is set.
type part struct {
	condition []token
	only      string
}

// conditions finds those of WHERE and ON.
func conditions(ts []token) (all []part) {
	joined, outer := "", false
	for i := 0; i < len(ts); i++ {
		switch {
		case ts[i].is("left", "right", "full"):
			outer = true
		case ts[i].is("join"):
			outer = outer && i > 0 && ts[i-1].is("left", "right", "full", "outer")
			joined = aliasAt(ts, i+1)
		case ts[i].is("conflict"): // ON CONFLICT has names, and a WHERE of what is stored
			return all
		case ts[i].is("where"), ts[i].is("on") && i > 0:
			p := part{}
			if ts[i].is("on") && outer {
				p.only = joined
			}
			for i++; i < len(ts) && !ts[i].is("where", "on", "join", "left", "right", "full", "inner", "cross", "group", "order", "having", "limit", "offset", "for", "returning", "window", "fetch", ","); i++ {
				p.condition = append(p.condition, ts[i])
			}
			i--
			all = append(all, p)
		}
	}
	return all
}

// aliasAt is the alias of the table that begins at a place.
func aliasAt(ts []token, i int) (alias string) {
	for ; i < len(ts) && !ts[i].is("on", "using"); i++ {
		if ts[i].kind == name {
			alias = ts[i].text
		}
	}
	return alias
}

// conjunction cuts a condition at AND, through brackets; what OR joins is none.
func conjunction(ts []token) (all [][]token) {
	if len(split(ts, "or")) > 1 {
		return nil
	}
	for _, and := range split(ts, "and") {
		if len(and) == 1 && and[0].kind == group && !isQuery(and[0].group) {
			all = append(all, conjunction(and[0].group)...)
		} else {
			all = append(all, and)
		}
	}
	return all
}

// bind takes a comparison of a tenant with a parameter.
func (c Checker) bind(and []token, tables []*table, only string) {
	sides := split(and, "=")
	if len(sides) != 2 {
		return
	}
	for _, s := range [][2][]token{{sides[0], sides[1]}, {sides[1], sides[0]}} {
		value, literal, ok := operand(s[1])
		if !ok {
			continue
		}
		alias, column := named(s[0])
		for _, t := range tables {
			if t.need != nil && c.Tables[t.name] == column && (alias == "" || alias == t.alias) && (only == "" || only == t.alias) {
				t.need.Value, t.need.Literal = value, literal
			}
		}
	}
}

// operand reads a parameter or a literal, with a cast or without.
func operand(ts []token) (value string, literal, ok bool) {
	if len(ts) == 2 && ts[0].is("cast") && ts[1].kind == group {
		ts = ts[1].group
		ts = split(ts, "as")[0]
	}
	if len(ts) == 3 && ts[1].is("::") {
		ts = ts[:1]
	}
	if len(ts) != 1 || ts[0].kind != param && ts[0].kind != text {
		return "", false, false
	}
	return ts[0].text, ts[0].kind == text, true
}

// insert checks what is stored, and where it comes from: rows that are not written
// out are of the tenant of a table that they come from.
func (c Checker) insert(ts []token, known []string) []Need {
	if len(ts) < 4 || !ts[1].is("into") || c.Tables[ts[2].text] == "" {
		return c.inside(ts, known)
	}
	to := ts[2].text
	from := slices.IndexFunc(ts, func(t token) bool { return t.is("values", "select") })
	if from < 0 || ts[3].kind != group {
		return []Need{{Table: to}}
	}
	at := slices.IndexFunc(split(ts[3].group, ","), func(column []token) bool { return column[0].is(c.Tables[to]) })
	if ts[from].is("values") {
		return append(c.values(to, at, ts[from+1:]), c.inside(ts[from:], known)...)
	}
	source := ts[from:]
	if i := slices.IndexFunc(source, func(t token) bool { return t.is("conflict", "returning") }); i > 0 {
		source = source[:i]
	}
	all, tables := c.block(source, known)
	need := Need{Table: to}
	columns := source[1:]
	if i := slices.IndexFunc(columns, func(t token) bool { return t.is("from") }); i >= 0 {
		columns = columns[:i]
	}
	if chosen := split(columns, ","); at >= 0 && at < len(chosen) {
		alias, column := named(chosen[at])
		for _, t := range tables {
			if t.need != nil && c.Tables[t.name] == column && (alias == "" || alias == t.alias) {
				need.Value, need.Literal = t.need.Value, t.need.Literal
			}
		}
	}
	return append(all, need)
}

// values checks the tenant of each row.
func (c Checker) values(to string, at int, rows []token) (all []Need) {
	for _, row := range rows {
		if row.is(",") {
			continue
		}
		if row.kind != group {
			break
		}
		need := Need{Table: to}
		if values := split(row.group, ","); at >= 0 && at < len(values) {
			need.Value, need.Literal, _ = operand(values[at])
		}
		if !slices.Contains(all, need) {
			all = append(all, need)
		}
	}
	return all
}

// named reads a column, with the alias of its table or without.
func named(ts []token) (alias, column string) {
	switch {
	case len(ts) == 1 && ts[0].kind == name:
		return "", ts[0].text
	case len(ts) == 3 && ts[1].is("."):
		return ts[0].text, ts[2].text
	}
	return "", ""
}
