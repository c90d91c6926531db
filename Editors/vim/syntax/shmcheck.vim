" Colours for specs of shmcheck.
if exists("b:current_syntax") | finish | endif
syntax keyword shmcheckItem spec const enum struct type import ordered sort harts shared per ghost init pure func fair strong action daemon process invariant transition final reachable eventually temporal leadsto prove check fault memory view kernel
syntax keyword shmcheckStatement let var if guard while for loop atomic hardware killable defer either await assert assume symbolic panic claim publish start join break continue return else or where in implies
syntax keyword shmcheckModifier guarded by writing private symmetric except starts when expect holds violated only deadlock not_reached rejected always as returns holding aligned any via abstract unless
syntax keyword shmcheckType bool int u8 u16 u32 u64 i8 i16 i32 i64 set seq max pid spinlock
syntax keyword shmcheckFunction acquire release try_acquire acquire_ordered sleep wakeup wakeup_one resume all some count sum min choose old finished asleep at holds held free generation cas swap amo_add
syntax keyword shmcheckConstant true false nil self
syntax match shmcheckNumber "\<\(0x[0-9A-Fa-f_]\+\|[0-9][0-9_]*\)\>"
syntax match shmcheckLabel "^\s*\h\w*:\s*$"
syntax region shmcheckString start=+"+ skip=+\\.+ end=+"+ oneline
syntax match shmcheckComment "//.*$" contains=@Spell
syntax region shmcheckComment start="/\*" end="\*/" contains=@Spell
highlight default link shmcheckItem Keyword
highlight default link shmcheckStatement Statement
highlight default link shmcheckModifier StorageClass
highlight default link shmcheckType Type
highlight default link shmcheckFunction Function
highlight default link shmcheckConstant Constant
highlight default link shmcheckNumber Number
highlight default link shmcheckLabel Label
highlight default link shmcheckString String
highlight default link shmcheckComment Comment
let b:current_syntax = "shmcheck"
