/// What the page of `inspect` has besides its contents.
enum InspectPageStyle {
    static let css = """
        .line{stroke:#8889}rect{fill:#2a7de144}.m path{fill:none;stroke-width:1.4}.ask path{stroke:#2a7de1}
        .say path{stroke:#1a8f4c}.bad path{stroke:#d22;stroke-width:2.4}.odd path{fill:#e08a00;stroke:none}
        .m:hover path{stroke-width:4}.graphs{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0;width:560px}
        figcaption{font-size:.85em;opacity:.75}.graph{width:100%;border:1px solid #8886}.seg{stroke:#2a7de1;fill:none;
        stroke-width:1.6}.ack{stroke:#1a8f4c;fill:none}circle{fill:none;stroke:#d22;stroke-width:1.5}
        #say{position:sticky;bottom:0;background:Canvas;padding:.3em;min-height:1.5em;font-family:ui-monospace,monospace}
        """

    /// Zoom and hover, nothing else: the page is whole without it.
    static let script = """
        const s=document.getElementById('lanes'),say=document.getElementById('say'),bar=document.getElementById('zoom');
        if(s){const L=\(Int(PageLanes.left)),W=\(Int(PageLanes.width));let z=1;const els=[...s.querySelectorAll('[data-x]')];
        function draw(n){const box=s.parentNode,mid=(box.scrollLeft+box.clientWidth/2-L)/(W*z);z=Math.min(2000,Math.max(1,n));
        s.setAttribute('width',L+W*z+40);for(const e of els){const x=L+W*z*e.dataset.x;if(e.dataset.w!==undefined){
        e.setAttribute('x',x);e.setAttribute('width',W*z*e.dataset.w)}else e.setAttribute('transform','translate('+x+' 0)')}
        box.scrollLeft=L+W*z*mid-box.clientWidth/2}
        bar.hidden=false;bar.onclick=e=>{if(e.target.value)draw(e.target.value==0?1:z*e.target.value)};
        s.onwheel=e=>{if(e.ctrlKey){e.preventDefault();draw(z*(e.deltaY<0?1.25:0.8))}};
        s.onmouseover=e=>{const g=e.target.closest('.m');if(g)say.textContent=g.querySelector('title').textContent}}
        """
}
