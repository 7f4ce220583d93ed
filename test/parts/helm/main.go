// Runs helm's own commands, many in one process, so that tests can compare thousands of releases: one JSON array of arguments a line on
// standard input, one answer a line on standard output. See test/support/render/helm-release.ts.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	helmcmd "helm.sh/helm/v4/pkg/cmd"
)

type answer struct {
	Output []byte `json:"output"`
	Error  string `json:"error"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var args []string
		if err := json.Unmarshal(line, &args); err != nil {
			panic(err)
		}
		if err := answers.Encode(run(args)); err != nil {
			panic(err)
		}
	}
}

// run answers a panic as the program ends with one: as an error.
func run(args []string) (result answer) {
	defer func() {
		if cause := recover(); cause != nil {
			result = answer{Error: fmt.Sprintf("panic: %v", cause)}
		}
	}()
	var output bytes.Buffer
	command, err := helmcmd.NewRootCmd(&output, args, helmcmd.SetupLogging)
	if err != nil {
		return answer{Error: err.Error()}
	}
	command.SetArgs(args)
	command.SilenceErrors = true
	if err := command.Execute(); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: output.Bytes()}
}
