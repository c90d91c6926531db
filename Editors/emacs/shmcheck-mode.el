;;; shmcheck-mode.el --- Specs of shared memory  -*- lexical-binding: t; -*-

;;; Commentary:
;; Colours for specs of shmcheck, and its language server for eglot.

;;; Code:

(require 'prog-mode)

(defvar shmcheck-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?_ "w" table)
    table)
  "Comments as in C.")

(defconst shmcheck-font-lock-keywords
  `((,(regexp-opt '("spec" "const" "enum" "struct" "type" "import" "ordered" "sort" "harts" "shared" "per" "ghost" "init" "pure" "func" "fair" "strong" "action" "daemon" "process" "invariant" "transition" "final" "reachable" "eventually" "temporal" "leadsto" "prove" "check" "fault" "memory" "view" "kernel") 'words) . font-lock-keyword-face)
    (,(regexp-opt '("let" "var" "if" "guard" "while" "for" "loop" "atomic" "hardware" "killable" "defer" "either" "await" "assert" "assume" "symbolic" "panic" "claim" "publish" "start" "join" "break" "continue" "return" "else" "or" "where" "in" "implies") 'words) . font-lock-keyword-face)
    (,(regexp-opt '("guarded" "by" "writing" "private" "symmetric" "except" "starts" "when" "expect" "holds" "violated" "only" "deadlock" "not_reached" "rejected" "always" "as" "returns" "holding" "aligned" "any" "via" "abstract" "unless") 'words) . font-lock-builtin-face)
    (,(regexp-opt '("bool" "int" "u8" "u16" "u32" "u64" "i8" "i16" "i32" "i64" "set" "seq" "max" "pid" "spinlock") 'words) . font-lock-type-face)
    (,(regexp-opt '("acquire" "release" "try_acquire" "acquire_ordered" "sleep" "wakeup" "wakeup_one" "resume" "all" "some" "count" "sum" "min" "choose" "old" "finished" "asleep" "at" "holds" "held") 'words) . font-lock-function-name-face)
    (,(regexp-opt '("true" "false" "nil" "self") 'words) . font-lock-constant-face)
    ("^\\s-*\\([A-Za-z_][A-Za-z0-9_]*\\):\\s-*$" 1 font-lock-constant-face))
  "Words of the language.")

;;;###autoload
(define-derived-mode shmcheck-mode prog-mode "Spec"
  "Major mode for specs of shmcheck."
  (setq-local comment-start "// " comment-end "" indent-tabs-mode nil
              font-lock-defaults '(shmcheck-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.spec\\'" . shmcheck-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(shmcheck-mode . ("shmcheck" "lsp"))))

(provide 'shmcheck-mode)
;;; shmcheck-mode.el ends here
