// What the report does beyond being read: keys, the slider, the filter, the whole state. Without it nothing is missing.

/// The script of the report. It reads nothing but the page and what its address says behind `#`.
enum HTMLScript {
    /// All keys, in a dialog.
    static let help = """
        <svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs><pattern id="hatch" width="7" height="7" \
        patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" stroke="currentColor" \
        stroke-opacity=".28" stroke-width="2"/></pattern></defs></svg>
        <dialog id="help" aria-labelledby="helptitle"><h2 id="helptitle">Keys</h2><dl>
        <dt><kbd>←</kbd> <kbd>→</kbd> or <kbd>k</kbd> <kbd>j</kbd></dt><dd>step back, step on</dd>
        <dt><kbd>Home</kbd> <kbd>End</kbd></dt><dd>the first state, the last</dd>
        <dt><kbd>v</kbd></dt><dd>the violation</dd>
        <dt><kbd>1</kbd> … <kbd>9</kbd></dt><dd>only this lane; again: all</dd>
        <dt><kbd>n</kbd> <kbd>p</kbd></dt><dd>next run, previous run</dd>
        <dt><kbd>d</kbd></dt><dd>the changes, or the whole state</dd>
        <dt><kbd>h</kbd></dt><dd>lanes by process, or by hart where the run was replayed</dd>
        <dt><kbd>/</kbd></dt><dd>filter data by name</dd>
        <dt><kbd>?</kbd></dt><dd>this help</dd></dl>
        <form method="dialog"><button>close</button></form></dialog>

        """

    static let text = state + moving + full + keys

    private static let state = """
        'use strict';(function(){
        const root=document.documentElement;root.classList.add('hasjs');
        const cases=[...document.querySelectorAll('.case')];if(!cases.length)return;
        const $=(q,e)=>(e||document).querySelector(q),$$=(q,e)=>[...(e||document).querySelectorAll(q)];
        let current=null,step=0,lane=0,whole=false,harts=false,filter='';
        const live=$('#live');
        // Links of the page name a section, `#c1s6`. What the script writes names none: the browser must not scroll.
        function place(hash){const m=/^#c(\\d+)(?:s(\\d+))?$/.exec(hash)||/^#run=(\\d+)(?:&step=(\\d+))?(?:&lane=(\\d))?$/.exec(hash);
        const c=m&&document.getElementById('c'+m[1]);
        return c?{c,n:m[2]===undefined?+c.dataset.bad:+m[2],l:m[3]?+m[3]:0}:null}
        function parse(){const p=place(location.hash);
        if(p)show(p.c,p.n,p.l);else if(!current)show(cases[0],+cases[0].dataset.bad,0)}
        function go(c,n,l,replaces){const max=+c.dataset.steps;n=Math.max(0,Math.min(max,n));
        const hash='#run='+c.id.slice(1)+'&step='+n+(l?'&lane='+l:'');
        if(hash===location.hash){show(c,n,l);return}
        if(replaces){try{history.replaceState(null,'',hash);show(c,n,l);return}catch(e){}}
        location.hash=hash}

        """

    private static let moving = """
        function show(c,n,l){n=Math.max(0,Math.min(+c.dataset.steps,n));
        const isNewCase=c!==current;
        if(isNewCase){cases.forEach(x=>x.classList.toggle('on',x===c));current=c}
        step=n;lane=l;
        $$('.step',c).forEach(s=>s.classList.toggle('on',s.id===c.id+'s'+n));
        const section=document.getElementById(c.id+'s'+n);
        const range=$('nav.steps input[type=range]',c),out=$('nav.steps output',c);
        if(range){range.value=n;range.setAttribute('aria-valuetext',section.dataset.words)}
        if(out)out.textContent=n+' / '+c.dataset.steps;
        $$('.row',c).forEach(r=>{const on=+r.dataset.step===n;r.classList.toggle('on',on);
        if(on)r.setAttribute('aria-current','step');else r.removeAttribute('aria-current');
        r.classList.toggle('faded',!!l&&r.dataset.lane!==undefined&&+r.dataset.lane!==l)});
        $$('.head',c).forEach(h=>h.classList.toggle('faded',!!l&&+h.dataset.lane!==l));
        $$('.truthtable tr',c).forEach(r=>[...r.cells].forEach((d,i)=>d.classList.toggle('col',i===n+1)));
        const row=$('.lanes:not([hidden]) .row.on',c),box=$('.left',c);
        if(row&&box){const r=row.getBoundingClientRect(),b=box.getBoundingClientRect();
        if(r.top<b.top+44)box.scrollTop-=b.top+44-r.top;else if(r.bottom>b.bottom-8)box.scrollTop+=r.bottom-b.bottom+8}
        if(isNewCase&&location.hash)c.scrollIntoView();
        live.textContent=section.dataset.words;
        if(whole)drawWhole();applyFilter()}
        function lanes(c){return $$('.lanes:not([hidden]) .head',c).length}
        function setHarts(on){harts=on;cases.forEach(c=>{const b=$('.lanes.byhart',c);if(!b)return;b.hidden=!on;
        $('.lanes:not(.byhart)',c).hidden=on;$('[data-go=harts]',c).setAttribute('aria-pressed',on)});go(current,step,0)}

        """

    private static let full = """
        const states=new Map();
        function table(c){if(states.has(c))return states.get(c);
        const rows=$$('.states tbody tr',c).map(r=>({name:r.cells[0].textContent,values:[...r.cells].slice(1).map(d=>d.textContent)}));
        const rest=$$('.constant dl>div',c).map(d=>({name:d.children[0].textContent,value:d.children[1].textContent}));
        const t={rows,rest};states.set(c,t);return t}
        function drawWhole(){const c=current,t=table(c),box=$('.full',c);const groups=new Map();
        const put=(name,value,old)=>{const g=/^[^.[]*/.exec(name)[0];if(!groups.has(g))groups.set(g,[]);groups.get(g).push({name,value,old})};
        t.rows.forEach(r=>put(r.name,r.values[step],step>0?r.values[step-1]:r.values[step]));
        t.rest.forEach(r=>put(r.name,r.value,r.value));
        box.textContent='';
        const list=[...groups].map(([name,data])=>({name,data,changed:data.some(d=>d.value!==d.old)}));
        list.sort((a,b)=>b.changed-a.changed);
        for(const g of list){const d=document.createElement('details');d.open=g.changed;
        const s=document.createElement('summary');s.textContent=g.name+(g.changed?'  (changed)':'');d.append(s);
        const tb=document.createElement('table');d.append(tb);
        g.data.sort((a,b)=>(b.value!==b.old)-(a.value!==a.old));
        for(const x of g.data){const r=tb.insertRow();if(x.value!==x.old)r.className='new';
        const th=document.createElement('th');th.scope='row';th.textContent=x.name;r.append(th);
        r.insertCell().textContent=x.value!==x.old?x.old+' → '+x.value:x.value}
        box.append(d)}}
        function setWhole(on){whole=on;cases.forEach(c=>{const b=$('.full',c);if(b)b.hidden=!on;
        const k=$('[data-go=full]',c);if(k)k.setAttribute('aria-pressed',on)});if(on)drawWhole();applyFilter()}
        function applyFilter(){const c=current,f=filter.toLowerCase();
        $$('.step.on .diff tr,.full tr,.states tbody tr',c).forEach(r=>{const h=$('th',r);
        if(h)r.hidden=!!f&&!h.textContent.toLowerCase().includes(f)});
        $$('.full details',c).forEach(d=>{const any=$$('tr',d).some(r=>!r.hidden);d.hidden=!any;if(f&&any)d.open=true})}

        """

    private static let keys = """
        function act(what){const c=current;
        if(what==='first')go(c,0,lane);else if(what==='last')go(c,+c.dataset.steps,lane);
        else if(what==='back')go(c,step-1,lane);else if(what==='on')go(c,step+1,lane);
        else if(what==='bad')go(c,+c.dataset.bad,lane);else if(what==='full')setWhole(!whole);else if(what==='harts')setHarts(!harts);
        else if(what==='next'||what==='previous'){const i=cases.indexOf(c)+(what==='next'?1:-1);
        if(cases[i])go(cases[i],+cases[i].dataset.bad,0)}}
        const map={ArrowRight:'on',ArrowDown:'on',j:'on',ArrowLeft:'back',ArrowUp:'back',k:'back',Home:'first',End:'last',v:'bad',d:'full',h:'harts',n:'next',p:'previous'};
        document.addEventListener('keydown',e=>{
        if(e.ctrlKey||e.metaKey||e.altKey)return;
        const t=e.target,help=$('#help');
        if(help.open)return;
        if(t.matches&&t.matches('input[type=search]')){if(e.key==='Escape'){t.value='';filter='';applyFilter();t.blur()}return}
        if(t.matches&&t.matches('input[type=range]')&&e.key.startsWith('Arrow'))return;
        if(e.key==='?'){help.showModal();e.preventDefault();return}
        if(e.key==='/'){const s=$('input[type=search]',current);if(s){s.focus();e.preventDefault()}return}
        if(/^[1-9]$/.test(e.key)){const l=+e.key;if(l<=lanes(current))go(current,step,l===lane?0:l);return}
        if(e.key==='Escape'&&lane){go(current,step,0);return}
        if(e.key==='ArrowDown'||e.key==='ArrowUp'){if(!(t.closest&&t.closest('.lanes')))return}
        const what=map[e.key];if(what){act(what);e.preventDefault()}});
        document.addEventListener('click',e=>{
        const a=e.target.closest&&e.target.closest('a[href^="#c"]'),p=a&&place(a.getAttribute('href'));
        if(p&&!e.ctrlKey&&!e.metaKey&&!e.shiftKey){e.preventDefault();const isNew=p.c!==current;go(p.c,p.n,p.l||lane);
        if(isNew)p.c.scrollIntoView();return}
        const b=e.target.closest&&e.target.closest('button');if(!b)return;
        if(b.dataset.go)act(b.dataset.go);
        if(b.dataset.copy){const done=()=>{b.textContent='copied';setTimeout(()=>b.textContent='copy',1200)};
        if(navigator.clipboard)navigator.clipboard.writeText(b.dataset.copy).then(done,()=>{});}
        if(b.dataset.itf){const a=document.createElement('a');
        a.href=URL.createObjectURL(new Blob([document.getElementById(b.dataset.itf).textContent],{type:'application/json'}));
        a.download='trace.itf.json';a.click();setTimeout(()=>URL.revokeObjectURL(a.href),5000)}});
        $$('nav.steps').forEach(n=>{const r=$('input[type=range]',n),s=$('input[type=search]',n);
        r.addEventListener('input',()=>go(current,+r.value,lane,true));
        s.addEventListener('input',()=>{filter=s.value;$$('input[type=search]').forEach(x=>{if(x!==s)x.value=filter});applyFilter()})});
        addEventListener('hashchange',parse);parse()})();
        """
}
