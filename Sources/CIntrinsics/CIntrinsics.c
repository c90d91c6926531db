// The header is the module; this file only gives the target something to compile.
