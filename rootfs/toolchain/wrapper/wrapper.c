/* The compiler's front door: /tc/bin/gcc, g++, cpp and their other names.
 *
 * Becomes the real driver (DRIVERS, a folder's path with its last slash,
 * holds gcc, g++ and cpp), with
 *   -ffile-prefix-map=OLD=NEW   for every pair of BELLJAR_PREFIX_MAP (spaces
 *   -fdebug-prefix-map=OLD=NEW  between), before the caller's own arguments;
 *                               gcc 10 tells the assembler of the second only
 *   -Wl,-rpath,DIR              for every folder of BELLJAR_RPATH (colons
 *                               between), after them, when the call links
 * so that no path of the build shows in what it makes, and that it finds the
 * parts it declared. BELLJAR_NATIVE, which only a check sets, is another
 * processor, for example x86-64: -march=native becomes -march=x86-64, and
 * -mtune=native and -mcpu=native name generic (gcc warns of -mtune=x86-64). Not
 * in argument files (@FILE). Empty variables mean nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char file_map_option[] = "-ffile-prefix-map=";
static const char debug_map_option[] = "-fdebug-prefix-map=";
static const char rpath_option[] = "-Wl,-rpath,";

/* Options that end the driver's work before the linker. */
static const char *const no_link[] = {
	"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-r", NULL,
};

/* Options whose value is the next argument, which is then no input file. */
static const char *const takes_value[] = {
	"-o", "-I", "-L", "-D", "-U", "-include", "-imacros", "-isystem", "-idirafter",
	"-iquote", "-iprefix", "-isysroot", "-MF", "-MT", "-MQ", "-T", "-u", "-z", "-e", "-B",
	"-Xlinker", "-Xassembler", "-Xpreprocessor", "-wrapper", "-aux-info", "--param", "-A",
	"-specs", "--specs", "--sysroot", "-dumpbase", "-dumpbase-ext", "-dumpdir", NULL,
};

/* Files that gcc compiles, unless -x says otherwise, to a header that is
 * precompiled: an argument for the linker would make it link that. */
static const char *const header_suffix[] = {
	".h", ".H", ".hh", ".hp", ".hpp", ".HPP", ".hxx", ".h++", ".tcc", NULL,
};

static int listed(const char *const *list, const char *arg)
{
	for (; *list; list++)
		if (!strcmp(*list, arg))
			return 1;
	return 0;
}

static int ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

static int is_header(const char *name, const char *language)
{
	if (language && strcmp(language, "none"))
		return ends_with(language, "-header");
	for (const char *const *suffix = header_suffix; *suffix; suffix++)
		if (ends_with(name, *suffix))
			return 1;
	return 0;
}

/* links tells whether the driver would call the linker: it is given a file,
 * a library or an argument file, and nothing stops it earlier. */
static int links(int argc, char **argv)
{
	const char *language = NULL;
	int input = 0;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (listed(no_link, arg))
			return 0;
		if (!strncmp(arg, "-x", 2))
			language = arg[2] ? arg + 2 : argv[++i]; /* NULL at the end */
		else if (listed(takes_value, arg))
			i++;
		else if (!strncmp(arg, "-l", 2))
			input = 1;
		else if ((arg[0] != '-' || !arg[1]) && !is_header(arg, language))
			input = 1;
	}
	return input;
}

static int count(const char *list, char separator)
{
	int n = 1;

	for (; *list; list++)
		n += *list == separator;
	return n;
}

/* add appends prefix+entry for every entry of a list, without empty ones. */
static char **add(char **to, const char *list, char separator, const char *prefix)
{
	while (*list) {
		size_t length = strcspn(list, (char[]){ separator, 0 });

		if (length) {
			size_t front = strlen(prefix);
			char *text = malloc(front + length + 1);

			if (!text) {
				perror("belljar compiler wrapper");
				exit(1);
			}
			memcpy(text, prefix, front);
			memcpy(text + front, list, length);
			text[front + length] = 0;
			*to++ = text;
		}
		list += length + (list[length] != 0);
	}
	return to;
}

/* processor gives what to say for an argument that asks for the processor at
 * hand, "native": the one named instead. CPUID is no system call; no sandbox can
 * answer it otherwise. */
static char *processor(char *arg, const char *instead)
{
	static const char march[] = "-march=";
	char *text;

	if (!*instead)
		return arg;
	if (!strcmp(arg, "-mtune=native"))
		return "-mtune=generic";
	if (!strcmp(arg, "-mcpu=native"))
		return "-mcpu=generic";
	if (strcmp(arg, "-march=native"))
		return arg;
	text = malloc(sizeof march + strlen(instead));
	if (!text) {
		perror("belljar compiler wrapper");
		exit(1);
	}
	return strcat(strcpy(text, march), instead);
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

int main(int argc, char **argv)
{
	const char *maps = variable("BELLJAR_PREFIX_MAP");
	const char *rpath = variable("BELLJAR_RPATH");
	const char *native = variable("BELLJAR_NATIVE");
	const char *base = strrchr(argv[0], '/');
	const char *driver;
	char **args, **next;

	base = base ? base + 1 : argv[0];
	driver = strstr(base, "++") ? DRIVERS "g++" : strstr(base, "cpp") ? DRIVERS "cpp" : DRIVERS "gcc";
	args = malloc((argc + 1 + 2 * count(maps, ' ') + count(rpath, ':')) * sizeof *args);
	if (!args) {
		perror("belljar compiler wrapper");
		return 1;
	}
	next = args;
	*next++ = (char *)driver;
	if (argc > 1) {
		next = add(next, maps, ' ', file_map_option);
		next = add(next, maps, ' ', debug_map_option);
	}
	for (int i = 1; i < argc; i++)
		*next++ = processor(argv[i], native);
	if (!strstr(base, "cpp") && links(argc, argv))
		next = add(next, rpath, ':', rpath_option);
	*next = NULL;
	execv(driver, args);
	perror(driver);
	return 127;
}
