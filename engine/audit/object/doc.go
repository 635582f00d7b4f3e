// Package object reads what the loader reads of one ELF file: what it needs, where
// it searches, which symbols it has and lacks, and where its functions are.
//
// Files come from builds and are hostile. Program headers count, not section
// headers, which the loader ignores too; every table is a bounded piece that lies
// in the file; a damaged one is an error or is empty. Package debug/elf is used for
// its names and numbers only: it unpacks compressed sections of any size and makes
// no promise for hostile files.
package object
