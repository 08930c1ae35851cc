/// What the page of `check` looks like; the script reads its colours.
enum CheckPageStyle {
    static let css = """
        :root{--op:#9db9dd;--bad:#d3242b;--open:#e8a33d;--refused:#9aa0a6;--order:#7a3fc9;--other:#d8dce2;--ink:#111;
        --back:#fff;--soft:#f3f5f8;--onbad:#fff}
        @media(prefers-color-scheme:dark){:root{--op:#3c5f8e;--bad:#e5484d;--open:#b87912;--refused:#6b7178;
        --order:#c59bff;--other:#2d3138;--ink:#eee;--back:#121212;--soft:#1d2025}}
        body{max-width:1500px}.verdict{padding:.1em .5em;border-radius:.25em;color:#fff;background:#777}
        .verdict.violated{background:#d3242b}.verdict.held{background:#1a8f4c}.verdict.inconclusive{background:#b87912}
        .violations{font-size:1.1em}.violations:empty{display:none}
        #canvas{width:100%;height:300px;display:block;border:1px solid #8886;background:var(--back);cursor:grab}
        #tools{display:flex;gap:.4em;align-items:center;margin:.4em 0}#view{margin-left:auto;opacity:.7}
        #say{font-family:ui-monospace,monospace;min-height:1.5em;padding:.2em 0;overflow-wrap:anywhere}#note{margin:.1em 0}
        #legend{font-size:.85em;opacity:.85}.k{display:inline-block;width:22px;height:11px;border-radius:3px;
        margin:0 .3em 0 1em;background:var(--op)}.k.bad{background:var(--bad)}.k.open{background:var(--open)}
        .k.refused{background:none;border:1px dashed var(--refused)}.k.other{background:var(--other)}
        .k.order{height:3px;vertical-align:middle;background:var(--order)}
        .story td,.story th{white-space:nowrap}.story td:last-child{white-space:normal}
        figure.around{margin:1em 0}.around svg{width:100%}figcaption{font-size:.85em;opacity:.75}
        .op rect{fill:var(--op)}.op text{fill:var(--ink)}.bad rect{fill:var(--bad)}.bad text{fill:var(--onbad)}
        .open rect{stroke:var(--open);stroke-width:2;stroke-dasharray:5 3}.refused rect{fill-opacity:.25;
        stroke:var(--refused);stroke-dasharray:3 2}path.order{fill:none;stroke:var(--order);stroke-width:2}
        g.order circle{fill:var(--back);stroke:var(--order);stroke-width:2}path.first{stroke:var(--bad);stroke-width:1.5;
        stroke-dasharray:6 4}svg text.first{fill:var(--bad)}
        """
}
