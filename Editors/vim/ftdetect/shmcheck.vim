" Specs of shmcheck begin with `spec NAME`; RPM's .spec files do not.
autocmd BufNewFile,BufRead *.spec if join(getline(1, 20), "\n") =~# '\v(^|\n)\s*spec\s+\w+' | set filetype=shmcheck | endif
autocmd FileType shmcheck setlocal commentstring=//\ %s shiftwidth=4 expandtab
