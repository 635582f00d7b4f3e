package audit

// ID names a rule: "S01" for those that look at outputs, "D01" for those that
// look at what builds did. An ID never changes its meaning.
type ID string

// Rule is one thing that is looked for.
type Rule struct {
	ID       ID       `json:"id"`
	Name     string   `json:"name"` // "needed-unresolved"
	Severity Severity `json:"severity"`
	Title    string   `json:"title"` // what a finding means, in one line
	// Help is why that is bad and what one does about it.
	Help string `json:"help"`
}

// Revision is that of the static rules: raise it when one of them finds more or
// less than before, and the store's outputs are audited again.
const Revision = 1

// The rules.
const (
	NeededUnresolved ID = "S01"
	NeededUndeclared ID = "S02"
	BadRunPath       ID = "S03"
	BadInterpreter   ID = "S04"
	SymbolVersion    ID = "S05"
	UndefinedSymbol  ID = "S06"
	BadShebang       ID = "S07"
	HostPathInConfig ID = "S08"
	BadLink          ID = "S09"
	BadMode          ID = "S10"
	WrongMachine     ID = "S11"
	HiddenReference  ID = "S20"
	BuildTrace       ID = "S21"
	Timestamp        ID = "S22"
	DynamicOpen      ID = "S23"
	CPULevel         ID = "S24"
	HostPathInScript ID = "S25"
	InheritedRunPath ID = "S26"
	OutsideInputs    ID = "D01"
	LibraryLookup    ID = "D02"
	HeaderLookup     ID = "D03"
	ProgramLookup    ID = "D04"
	Network          ID = "D05"
	Machine          ID = "D06"
	HostFlags        ID = "D07"
	UnreadInput      ID = "D08"
	IndirectInput    ID = "D09"
	SystemFolderRead ID = "D10"
)

// Rules lists all rules in the order of their IDs.
func Rules() []Rule {
	return []Rule{
		{NeededUnresolved, "needed-unresolved", Error, "a needed library is found nowhere",
			"The loader will not start the program, or will take the library from the machine it runs on. Declare the part that has the library, or build without it."},
		{NeededUndeclared, "needed-undeclared", Error, "a needed library is only in a part that is not declared",
			"The output depends on what its build did not declare. Add the part that has the library to those that the part names."},
		{BadRunPath, "bad-runpath", Error, "a RUNPATH entry leads out of the store",
			"An absolute entry outside the store, an empty or a relative one lets the loader take libraries of the machine or of the current folder."},
		{BadInterpreter, "bad-interpreter", Error, "the ELF interpreter is not the base's",
			"The program starts with another loader than the one that it was built for."},
		{SymbolVersion, "symbol-version", Error, "a symbol version is not in the chosen policy",
			"The output does not run where the policy promises: an older glibc or libstdc++ does not have that version. GLIBC_PRIVATE changes with every release."},
		{UndefinedSymbol, "undefined-symbol", Error, "an undefined symbol is provided by nothing that is needed",
			"The library cannot be loaded, or works only in programs that happen to bring the symbol. Link with the library that has it."},
		{BadShebang, "bad-shebang", Error, "a script's interpreter is missing, undeclared or too long",
			"The script does not start, or starts with whatever the machine has there."},
		{HostPathInConfig, "host-path-in-config", Error, "a file that tells others how to build names the host or the build folder",
			"Whoever builds with this part is sent to folders of the machine, or to a folder that is gone."},
		{BadLink, "bad-link", Error, "a symbolic link leads out of the store or to nothing",
			"It leads to what the machine has there, or nowhere."},
		{BadMode, "bad-mode", Error, "a file is set-user-id, set-group-id or writable for all",
			"Nothing that a build makes may give rights to who runs it or be changed by anybody."},
		{WrongMachine, "wrong-machine", Error, "an ELF file is for another machine",
			"It does not run on x86-64."},
		{HiddenReference, "hidden-reference", Warning, "the key of an output stands where no reference scan looks",
			"The file names an output that is not among the references, so a garbage collector or a copy of the closure loses it."},
		{BuildTrace, "build-trace", Warning, "the build folder, host, user or kernel stands in a file",
			"The bytes tell where they were built, and change when that does."},
		{Timestamp, "timestamp", Warning, "a time later than SOURCE_DATE_EPOCH stands in a file",
			"It is the time of the build: the next one has other bytes."},
		{DynamicOpen, "dynamic-open", Warning, "a library is loaded at run time without being needed",
			"The loader takes what it finds, on the machine if no part has it. Declare the part and let RUNPATH find it, or leave the feature out."},
		{CPULevel, "cpu-level", Warning, "instructions above the declared x86-64 level",
			"The program dies with SIGILL on older processors. Pass no -march, or declare the level."},
		{HostPathInScript, "host-path-in-script", Warning, "a script or an interpreter's configuration names a host path",
			"It runs what the machine has there."},
		{InheritedRunPath, "inherited-runpath", Warning, "a library is found only through who loads it",
			"Its own RUNPATH does not lead to what it needs; whoever loads it otherwise fails."},
		{OutsideInputs, "outside-inputs", Error, "something outside the declared inputs was opened or executed",
			"The build used what no key covers."},
		{LibraryLookup, "library-lookup", Warning, "the linker looked for a library that is not there",
			"On a machine that has the library the build would link it. Declare it, or turn the feature off."},
		{HeaderLookup, "header-lookup", Warning, "a header or .pc file was looked for that is not there",
			"On a machine that has it the build would find a feature. Declare the part, or turn the feature off."},
		{ProgramLookup, "program-lookup", Note, "a program was looked for in PATH that is not there",
			"On a machine that has it the build may run it."},
		{Network, "network", Warning, "the build tried to reach the network",
			"There is none. On an open machine what comes back would be an input."},
		{Machine, "machine", Note, "the build read about the machine",
			"What it was told may show in the output; belljar check varies it."},
		{HostFlags, "host-flags", Warning, "a compiler was told of the host",
			"-march=native makes code for the builder's processor; -I/usr/... and -L/usr/... take what the machine has."},
		{UnreadInput, "unread-input", Warning, "a declared input was never read",
			"Declaring it rebuilds this part whenever that one changes. belljar audit --minimal proves whether it can go."},
		{IndirectInput, "indirect-input", Warning, "a part was read that only another part's dependency brings",
			"It is there by chance: it goes when the other part drops it. Declare it."},
		{SystemFolderRead, "system-folder-read", Note, "a system folder was listed",
			"On an open machine the list depends on what is installed."},
	}
}

// Find gives the rule of an ID.
func Find(id ID) (Rule, bool) {
	for _, r := range Rules() {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// New is a finding of a rule, with the rule's severity.
func New(id ID, file, subject, message string) Finding {
	r, _ := Find(id)
	return Finding{Rule: id, Severity: r.Severity, File: file, Subject: subject, Message: message}
}
