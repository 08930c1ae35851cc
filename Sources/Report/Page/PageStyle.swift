/// What all pages look like: light or dark as the reader's system is.
enum PageStyle {
    static let shared = """
        :root{color-scheme:light dark}body{font:14px/1.45 system-ui,sans-serif;margin:1.5em;max-width:1300px}
        h1{font-size:1.4em}h2{font-size:1.15em;margin-top:1.6em}pre,td,svg text{font-family:ui-monospace,monospace}
        pre{white-space:pre-wrap}svg text{font-size:11px;fill:currentColor}.dim{opacity:.6}
        table{border-collapse:collapse}th,td{text-align:left;padding:.15em .7em;border-bottom:1px solid #8884}
        td{overflow-wrap:anywhere}.scroll{overflow-x:auto;border:1px solid #8886}.grid{stroke:#8883}
        .left-out{border-left:4px solid #e08a00;padding-left:.8em}

        """
}
