package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"bailiwick/catalog"
	"bailiwick/client"
)

type recordCommand struct {
	Remote

	List   listRecords  `cmd:"" help:"List the records of a section."`
	Show   showRecord   `cmd:"" help:"Print one."`
	Create createRecord `cmd:"" help:"Create one, or many from a file."`
	Edit   editRecord   `cmd:"" help:"Change one; what is left out stays, NAME:=null removes."`
	Delete deleteRecord `cmd:"" help:"Delete one. It can be restored for 30 days."`
	Act    actOnRecord  `cmd:"" help:"Do an act to one, such as buy or disable."`
	Batch  batchRecords `cmd:"" help:"Do an act to up to 500."`
}

type (
	// inSection is a verb about a section.
	inSection struct {
		Section string `arg:"" help:"The address of its page in the account, such as contacts." predictor:"section"`
	}
	oneRecord struct {
		inSection
		ID string `arg:"" help:"Its id."`
	}
	listRecords struct {
		inSection
		Search string            `help:"What to search for." placeholder:"TEXT"`
		Where  map[string]string `help:"A filter of the list, such as state=active or sort=-created_at." placeholder:"NAME=VALUE" mapsep:"none"`
		Field  []string          `help:"The fields to print; all where none is named." placeholder:"NAME"`
		Limit  int               `help:"Print only the first N; 0 for all."`
	}
	showRecord   struct{ oneRecord }
	createRecord struct {
		inSection
		fields
	}
	editRecord struct {
		oneRecord
		IfVersion string `name:"if-version" help:"Change it only while it has this version." placeholder:"N"`
		fields
	}
	deleteRecord struct {
		oneRecord
		Confirm string `help:"Its name, where other things are deleted with it." placeholder:"NAME"`
	}
	actOnRecord struct {
		oneRecord
		Act string `arg:"" help:"The act, as its address ends."`
		fields
	}
	batchRecords struct {
		inSection
		Act string   `arg:"" help:"The act, delete, add_tags or remove_tags."`
		ID  []string `arg:"" help:"The ids of the records."`
		Tag []string `help:"Tags to add or remove." placeholder:"TAG"`
		Set []string `sep:"none" help:"What the act takes, as NAME=TEXT or NAME:=JSON." placeholder:"FIELD"`
	}
)

// fields are the fields of a record as they are typed.
type fields struct {
	Fields []string `arg:"" optional:"" name:"field" sep:"none" help:"NAME=TEXT, or NAME:=JSON for numbers, true, false, null and lists."`
	File   string   `help:"A file of JSON objects with the fields; - reads standard input." placeholder:"FILE"`
}

// read reads what is typed over each object of the file.
func (f fields) read() ([]client.Record, error) {
	all := []client.Record{{}}
	if f.File != "" {
		b, err := readFile(f.File)
		if err != nil {
			return nil, err
		}
		if all, err = readRecords(b); err != nil {
			return nil, fmt.Errorf("%s holds something else than JSON objects: %w", f.File, err)
		}
	}
	typed, err := readFields(f.Fields)
	for _, r := range all {
		maps.Copy(r, typed)
	}
	return all, err
}

// one is read where one record is meant.
func (f fields) one() (client.Record, error) {
	all, err := f.read()
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%s holds %d objects; one is meant", f.File, len(all))
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// readRecords reads objects, one after the other or in a list.
func readRecords(b []byte) (all []client.Record, err error) {
	b = bytes.TrimSpace(b)
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if bytes.HasPrefix(b, []byte("[")) {
		return all, d.Decode(&all)
	}
	for d.More() {
		r := client.Record{}
		if err := d.Decode(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func readFields(typed []string) (client.Record, error) {
	r := client.Record{}
	for _, field := range typed {
		name, value, is := strings.Cut(field, "=")
		if !is || name == "" || name == ":" {
			return nil, fmt.Errorf("%q is neither NAME=TEXT nor NAME:=JSON", field)
		}
		if raw, json := strings.CutSuffix(name, ":"); json {
			v, err := readValue(value)
			if err != nil {
				return nil, fmt.Errorf("%q is not JSON; for text, write %s=%s", value, raw, value)
			}
			r[raw] = v
			continue
		}
		r[name] = value
	}
	return r, nil
}

func readValue(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func (s inSection) open(r *Remote) (client.Records, error) {
	a, err := r.open()
	return a.Records(s.Section), err
}

// widest is how many characters of a field stand in a table.
const widest = 60

// aside are what is told of each record besides its fields, at their end in tables.
var aside = []string{"account", "version", "created_at", "created_by", "updated_at", "updated_by"}

// recordColumns are the fields that are asked for, or all that some records have.
func recordColumns(asked []string, some ...client.Record) columns[client.Record] {
	names := slices.Clone(asked)
	if len(names) == 0 {
		has := map[string]bool{}
		for _, r := range some {
			for name := range r {
				has[name] = !slices.Contains(aside, name) && name != "id" && name != "name"
			}
		}
		names = append([]string{"id"}, slices.Sorted(maps.Keys(has))...)
		names = slices.DeleteFunc(names, func(name string) bool { return name != "id" && !has[name] })
		if slices.ContainsFunc(some, func(r client.Record) bool { return r["name"] != nil }) {
			names = slices.Insert(names, 1, "name")
		}
	}
	return columns[client.Record]{names, func(r client.Record) []string {
		cells := make([]string, len(names))
		for i, name := range names {
			cells[i] = r.Text(name)
			if all := []rune(cells[i]); len(all) > widest {
				cells[i] = string(all[:widest-1]) + "…"
			}
		}
		return cells
	}}
}

// Run lists records. What a table has as columns follows from its first ones.
func (x listRecords) Run(ctx context.Context, r *Remote) error {
	records, err := x.open(r)
	if err != nil {
		return err
	}
	filter := given("q", x.Search)
	for name, value := range x.Where {
		filter[name] = []string{value}
	}
	all := records.All(ctx, filter)
	if r.JSON {
		return printAll(r, all, x.Limit, columns[client.Record]{})
	}
	first, rest, stop := begin(all, 100)
	defer stop()
	return printAll(r, rest, x.Limit, recordColumns(x.Field, first...))
}

// begin reads the first of some things ahead, and gives all of them again.
func begin[T any](all iter.Seq2[T, error], n int) (first []T, again iter.Seq2[T, error], stop func()) {
	next, stop := iter.Pull2(all)
	var failed error
	for len(first) < n && failed == nil {
		x, err, more := next()
		if !more {
			break
		}
		if failed = err; err == nil {
			first = append(first, x)
		}
	}
	return first, func(yield func(T, error) bool) {
		for _, x := range first {
			if !yield(x, nil) {
				return
			}
		}
		if failed != nil {
			var none T
			yield(none, failed)
			return
		}
		for {
			x, err, more := next()
			if !more || !yield(x, err) {
				return
			}
		}
	}, stop
}

// on does something to one record and prints how it is then.
func (s inSection) on(r *Remote, do func(client.Records) (client.Record, error)) error {
	records, err := s.open(r)
	if err != nil {
		return err
	}
	one, err := do(records)
	if err != nil {
		return err
	}
	return printOne(r, one, recordColumns(nil, one))
}

// Run prints one.
func (x showRecord) Run(ctx context.Context, r *Remote) error {
	return x.on(r, func(all client.Records) (client.Record, error) { return all.Get(ctx, x.ID) })
}

// Run creates one, or each object of a file.
func (x createRecord) Run(ctx context.Context, r *Remote) error {
	in, err := x.read()
	if err != nil {
		return err
	}
	if len(in) == 1 {
		return x.on(r, func(all client.Records) (client.Record, error) { return all.Create(ctx, in[0]) })
	}
	records, err := x.open(r)
	if err != nil {
		return err
	}
	var results []client.RecordResult
	for some := range slices.Chunk(in, 500) {
		done, err := records.CreateMany(ctx, some)
		if err != nil {
			return err
		}
		results = append(results, done...)
	}
	n := 0
	err = printAll(r, things(results), 0, columns[client.RecordResult]{[]string{"number", "id", "result"}, func(x client.RecordResult) []string {
		n++
		return []string{fmt.Sprint(n), x.Record.ID(), became(x.Problem)}
	}})
	if err == nil && slices.ContainsFunc(results, func(x client.RecordResult) bool { return x.Problem != nil }) {
		err = exitSome
	}
	return err
}

// Run changes one.
func (x editRecord) Run(ctx context.Context, r *Remote) error {
	change, err := x.one()
	if err != nil {
		return err
	}
	var options []client.Option
	if x.IfVersion != "" {
		options = append(options, client.IfVersion(x.IfVersion))
	}
	return x.on(r, func(all client.Records) (client.Record, error) { return all.Patch(ctx, x.ID, change, options...) })
}

// Run deletes one.
func (x deleteRecord) Run(ctx context.Context, r *Remote) error {
	all, err := x.open(r)
	if err != nil {
		return err
	}
	if x.Confirm != "" {
		err = all.DeleteNamed(ctx, x.ID, x.Confirm)
	} else {
		err = all.Delete(ctx, x.ID)
	}
	if err == nil {
		r.say("Deleted %s. It can be restored for 30 days.", x.ID)
	}
	return err
}

// Run does an act.
func (x actOnRecord) Run(ctx context.Context, r *Remote) error {
	in, err := x.one()
	if err != nil {
		return err
	}
	var body any
	if len(in) > 0 {
		body = in
	}
	return x.on(r, func(all client.Records) (client.Record, error) { return all.Act(ctx, x.ID, x.Act, body) })
}

// Run does an act to many.
func (x batchRecords) Run(ctx context.Context, r *Remote) error {
	all, err := x.open(r)
	if err != nil {
		return err
	}
	values, err := readFields(x.Set)
	if err != nil {
		return err
	}
	b, err := all.Batch(ctx, client.BatchAct{Act: x.Act, IDs: x.ID, Tags: x.Tag, Values: values})
	if err != nil {
		return err
	}
	return printBatch(r, b)
}

// printBatch prints what became of each of many.
func printBatch(r *Remote, b client.Batch) error {
	err := printAll(r, things(b.Results), 0, columns[client.BatchResult]{[]string{"id", "result"}, func(x client.BatchResult) []string {
		if !x.Changed {
			return []string{x.ID, "left as it is: it " + x.Reason}
		}
		return []string{x.ID, "done"}
	}})
	if err == nil && slices.ContainsFunc(b.Results, func(x client.BatchResult) bool { return !x.Changed }) {
		err = exitSome
	}
	return err
}

// sections are the addresses of sections with records, for completion.
func sections(c *catalog.Catalog) (all []string) {
	for _, s := range c.Sections {
		if s.Records != nil && s.Pending == "" && !strings.Contains(s.Path, ":") {
			all = append(all, strings.Trim(s.Path, "/"))
		}
	}
	return all
}

// permissionNames are the permissions of sub-accounts by their names in the API.
func permissionNames(c *catalog.Catalog) (all []string) {
	for _, e := range c.Entitlements {
		if e.APIField != "" {
			all = append(all, e.APIField)
		}
	}
	return all
}
