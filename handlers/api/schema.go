package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"

	"bailiwick/handlers/guard"
)

// schemas are those of types that JSON writes in a way of its own.
var schemas = &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
	reflect.TypeFor[uuid.UUID](): {Type: "string", Format: "uuid"},
	reflect.TypeFor[time.Time](): {Type: "string", Format: "date-time"},
}}

// made are the schemas of types, by type: many routes answer with the same few.
var made sync.Map

// Of is the schema of what JSON makes of a type, by whose name it goes.
func Of[T any]() *schema {
	t := reflect.TypeFor[T]()
	known, ok := made.Load(t)
	if !ok {
		known, _ = made.LoadOrStore(t, schemaOf[T]())
	}
	s := known.(*schema)
	return &schema{Name: s.Name, Doc: maps.Clone(s.Doc)}
}

func schemaOf[T any]() *schema {
	s, err := jsonschema.For[T](schemas)
	if err != nil {
		panic(fmt.Sprintf("a type that has no schema: %v", err)) // when the program starts
	}
	b, err := json.Marshal(s)
	doc := map[string]any{}
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if err != nil {
		panic(fmt.Sprintf("a schema that is no JSON: %v", err))
	}
	name := strings.TrimPrefix(reflect.TypeFor[T]().Name(), "api")
	if strings.ContainsAny(name, "[") {
		name = ""
	}
	plain(doc)
	return &schema{Name: name, Doc: doc}
}

type schema = guard.Schema

// plain takes null from lists, which are empty instead.
func plain(doc map[string]any) {
	if types, ok := doc["type"].([]any); ok && slices.Contains(types, any("array")) {
		doc["type"] = "array"
	}
	for _, v := range doc {
		switch v := v.(type) {
		case map[string]any:
			plain(v)
		case []any:
			for _, x := range v {
				if m, ok := x.(map[string]any); ok {
					plain(m)
				}
			}
		}
	}
}

// Optional is a schema of an object in which nothing is required: a merge patch of it.
func Optional(s *guard.Schema) *guard.Schema {
	doc := maps.Clone(s.Doc)
	delete(doc, "required")
	name := s.Name
	if name != "" {
		name += "Patch"
	}
	return &guard.Schema{Name: name, Doc: doc}
}

// Only is an unnamed schema like another, in which a field takes some values alone.
func Only(s *guard.Schema, field string, values ...string) *guard.Schema {
	doc, properties := maps.Clone(s.Doc), maps.Clone(s.Doc["properties"].(map[string]any))
	one := maps.Clone(properties[field].(map[string]any))
	one["enum"] = values
	properties[field], doc["properties"] = one, properties
	return &guard.Schema{Doc: doc}
}

// Object is a schema of an object.
func Object(name string, properties map[string]any, required ...string) *guard.Schema {
	doc := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		doc["required"] = required
	}
	return &guard.Schema{Name: name, Doc: doc}
}

// ListOf is a schema of a page of a list.
func ListOf(item *guard.Schema) *guard.Schema {
	return Object("", map[string]any{"items": map[string]any{"type": "array", "items": item}, "next": map[string]any{"type": []string{"string", "null"}}}, "items", "next")
}
