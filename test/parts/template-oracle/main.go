// Renders templates with Go's own text/template, sprig and External Secrets' functions, so that tests can compare. One JSON request
// a line on standard input, one answer a line on standard output. See test/support/template/oracle.ts.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	ctrlutil "github.com/external-secrets/external-secrets/pkg/controllers/util"
	"github.com/external-secrets/external-secrets/pkg/esutils"
	eso "github.com/external-secrets/external-secrets/pkg/template/v2"
)

type request struct {
	Text       []byte          `json:"text"`
	Name       string          `json:"name"`
	Data       json.RawMessage `json:"data"`
	MissingKey string          `json:"missingKey"`
	Left       string          `json:"left"`
	Right      string          `json:"right"`
	// How often to parse and to render, where speed is asked for.
	Rounds int `json:"rounds"`
	// Asks for the names of all functions, and for nothing else.
	List bool `json:"list"`
	// Asks for the hashes that External Secrets leaves behind, and for nothing else.
	Hash *hashed `json:"hash"`
}

// hashed is what External Secrets hashes: the data of a Secret, a text, or the metadata of an object.
type hashed struct {
	Data        map[string][]byte `json:"data"`
	Text        string            `json:"text"`
	Generation  int64             `json:"generation"`
	Annotations map[string]string `json:"annotations"`
	Labels      map[string]string `json:"labels"`
}

type answer struct {
	Output []byte `json:"output,omitempty"`
	Error  []byte `json:"error,omitempty"`
	Stage  string `json:"stage,omitempty"` // of the error: parse or execute
	Parse  int64  `json:"parse,omitempty"` // nanoseconds of all rounds
	Render int64  `json:"render,omitempty"`
	// What a list is answered with.
	Names []string `json:"names,omitempty"`
	// What a hash is answered with.
	Hashes *hashes `json:"hashes,omitempty"`
}

type hashes struct {
	Data    string `json:"data"`
	Text    string `json:"text"`
	Version string `json:"version"`
}

// Text/template's own functions, which it has no way to tell.
var builtins = []string{
	"and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf", "println", "slice",
	"urlquery",
}

func allFunctions() template.FuncMap {
	all := sprig.TxtFuncMap()
	for name, function := range eso.FuncMap() {
		all[name] = function
	}
	return all
}

func functions() template.FuncMap {
	all := allFunctions()
	for _, name := range []string{"env", "expandenv", "getHostByName", "getSecretKey"} {
		delete(all, name)
	}
	return all
}

var funcs = functions()

// list names all functions of Go, sprig and External Secrets, those that templates here may not call too.
func list() answer {
	for _, name := range builtins {
		template.Must(template.New("t").Parse("{{ " + name + " }}"))
	}
	return answer{Names: slices.Sorted(maps.Keys(withBuiltins(allFunctions())))}
}

func withBuiltins(all template.FuncMap) template.FuncMap {
	for _, name := range builtins {
		all[name] = nil
	}
	return all
}

func parse(r request) (*template.Template, error) {
	name := r.Name
	if name == "" {
		name = "t"
	}
	t := template.New(name).Funcs(funcs).Delims(r.Left, r.Right)
	if r.MissingKey != "" {
		t = t.Option("missingkey=" + r.MissingKey)
	}
	return t.Parse(string(r.Text))
}

// hash calls External Secrets' own functions.
func hash(h hashed) answer {
	meta := metav1.ObjectMeta{Generation: h.Generation, Annotations: h.Annotations, Labels: h.Labels}
	return answer{Hashes: &hashes{Data: esutils.ObjectHash(h.Data), Text: esutils.ObjectHash(h.Text), Version: ctrlutil.GetResourceVersion(meta)}}
}

func handle(r request) (a answer) {
	if r.List {
		return list()
	}
	if r.Hash != nil {
		return hash(*r.Hash)
	}
	stage := "parse"
	defer func() {
		if problem := recover(); problem != nil {
			a = answer{Error: []byte(fmt.Sprint("panic: ", problem)), Stage: stage}
		}
	}()
	data, err := decode(r.Data)
	if err != nil {
		return answer{Error: []byte(err.Error()), Stage: "data"}
	}
	t, err := parse(r)
	if err != nil {
		return answer{Error: []byte(err.Error()), Stage: stage}
	}
	stage = "execute"
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return answer{Error: []byte(err.Error()), Stage: stage}
	}
	a = answer{Output: out.Bytes()}
	if r.Rounds > 0 {
		started := time.Now()
		for range r.Rounds {
			if t, err = parse(r); err != nil {
				panic(err)
			}
		}
		a.Parse = time.Since(started).Nanoseconds()
		started = time.Now()
		for range r.Rounds {
			out.Reset()
			if err := t.Execute(&out, data); err != nil {
				panic(err)
			}
		}
		a.Render = time.Since(started).Nanoseconds()
	}
	return a
}

// decode reads JSON as a template's data. Plain JSON means what encoding/json makes of it; an object of one key that starts with `$`
// names what JSON has no way to say.
func decode(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}
	return typed(plain)
}

func typed(value any) (any, error) {
	switch v := value.(type) {
	case []any:
		for i := range v {
			item, err := typed(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = item
		}
		return v, nil
	case map[string]any:
		if len(v) == 1 {
			for key, inner := range v {
				if key[:min(1, len(key))] == "$" {
					return tagged(key, inner)
				}
			}
		}
		for key := range v {
			item, err := typed(v[key])
			if err != nil {
				return nil, err
			}
			v[key] = item
		}
		return v, nil
	default:
		return v, nil
	}
}

func tagged(tag string, value any) (any, error) {
	switch tag {
	case "$bytes": // a string of any bytes, in base64
		b, err := base64.StdEncoding.DecodeString(value.(string))
		return string(b), err
	case "$int":
		return strconv.Atoi(value.(string))
	case "$int64":
		return strconv.ParseInt(value.(string), 10, 64)
	case "$strings": // map[string]string
		m := map[string]string{}
		for key, item := range value.(map[string]any) {
			text, err := typed(item)
			if err != nil {
				return nil, err
			}
			m[key] = text.(string)
		}
		return m, nil
	case "$list": // []string
		l := []string{}
		for _, item := range value.([]any) {
			l = append(l, item.(string))
		}
		return l, nil
	default:
		return nil, fmt.Errorf("unknown tag %s", tag)
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(handle(r)); err != nil {
			os.Exit(1)
		}
		// as long as more requests wait, answers may too
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
