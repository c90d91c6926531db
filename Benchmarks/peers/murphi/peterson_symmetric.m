const N: 5;
type P: scalarset(N); L: 0..N-1;
var level: array[P] of L; victim: array[L] of P; pc: array[P] of 0..3;
function ok(i: P): boolean; begin
  if victim[level[i]] != i then return true; end;
  return forall k: P do k = i | level[k] < level[i] end;
end;
ruleset v: P do startstate begin
  for i: P do level[i]:=0; pc[i]:=0; end;
  for l: L do victim[l]:=v; end;
end; end;
ruleset i: P do
  rule "inc"  pc[i]=0 ==> level[i]:=level[i]+1; pc[i]:=1; end;
  rule "vic"  pc[i]=1 ==> victim[level[i]]:=i; pc[i]:=2; end;
  rule "wait" pc[i]=2 & ok(i) ==> if level[i] < N-1 then pc[i]:=0; else pc[i]:=3; end; end;
  rule "exit" pc[i]=3 ==> level[i]:=0; pc[i]:=0; end;
end;
invariant "mutex" forall i: P do forall j: P do i=j | !(pc[i]=3 & pc[j]=3) end end;
