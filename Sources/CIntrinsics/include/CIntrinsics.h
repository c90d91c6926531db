// Compiler intrinsics that Swift does not offer: cache prefetch for the state store.
#pragma once

static inline void intrinsic_prefetch(const void *address) { __builtin_prefetch(address); }
