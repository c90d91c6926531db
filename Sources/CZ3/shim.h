// The C interface of Z3; its headers use bool and fixed widths without including them.
#include <stdbool.h>
#include <stdint.h>
#include <z3.h>
