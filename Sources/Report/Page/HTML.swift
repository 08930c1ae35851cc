/// Text from a capture or a history, made safe for HTML's text and attributes.
func escaped(_ text: String) -> String { Markup.escaped(text) }

/// An HTML table; the first row is its head. Escapes the cells.
func htmlTable(_ rows: [[String]]) -> String {
    guard let head = rows.first else { return "" }
    var out = "<table><thead><tr>" + head.map { "<th>\(escaped($0))</th>" }.joined() + "</tr></thead><tbody>\n"
    for row in rows.dropFirst() {
        out += "<tr>" + row.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>\n"
    }
    return out + "</tbody></table>\n"
}

/// The beginning of a page that needs no network and is not let near one, up to its body.
func htmlHead(title: String, style: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>\(escaped(title))</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'">
    <style>\(PageStyle.shared)\(style)</style></head><body>

    """
}

/// What a page leaves out, also where that is nothing.
func htmlLeftOut(_ notes: [String]) -> String {
    guard !notes.isEmpty else { return "<p>Nothing is left out of this page.</p>\n" }
    return "<div class=\"left-out\"><p>Left out of this page:</p><ul>"
        + notes.map { "<li>\(escaped($0))</li>" }.joined() + "</ul></div>\n"
}

/// A coordinate with one digit behind the point.
func coordinate(_ value: Double) -> String { fixed(value, 1) }
