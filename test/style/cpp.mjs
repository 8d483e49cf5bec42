// Reads C++ far enough for the style rules: what is code, what is a string, what is a comment.

const raw_start = /R"([^ ()\\\t\n]{0,16})\(/y;

/// Returns {code, strings}: `code` is the text with comments and the contents of literals blanked
/// (same length, same lines), `strings` the string literals as [{line, text}], adjacent ones joined.
export const scan = (text) => {
    const code = text.split('');
    const strings = [];
    let previous_end = -1;
    const blank = (from, to) => {
        for (let i = from; i < to; i += 1) if (code[i] !== '\n') code[i] = ' ';
    };
    const literal = (from, to, value) => {
        const between = previous_end < 0 ? 'x' : code.slice(previous_end, from).join('');
        if (strings.length > 0 && /^\s*$/.test(between)) {
            strings[strings.length - 1].text += value;
        } else {
            strings.push({line: line_at(text, from), text: value});
        }
        blank(from + 1, to - 1);
        previous_end = to;
    };
    let i = 0;
    while (i < text.length) {
        const two = text.slice(i, i + 2);
        if (two === '//') {
            const end = text.indexOf('\n', i);
            blank(i, end < 0 ? text.length : end);
            i = end < 0 ? text.length : end;
        } else if (two === '/*') {
            const end = text.indexOf('*/', i + 2);
            blank(i, end < 0 ? text.length : end + 2);
            i = end < 0 ? text.length : end + 2;
        } else if (two === 'R"' && (raw_start.lastIndex = i, raw_start.test(text))) {
            const delimiter = raw_start.exec((raw_start.lastIndex = i, text))[1];
            const begin = i + 3 + delimiter.length;
            const close = text.indexOf(`)${delimiter}"`, begin);
            const end = close < 0 ? text.length : close;
            literal(i + 1, Math.min(text.length, end + delimiter.length + 2), text.slice(begin, end));
            i = end + delimiter.length + 2;
        } else if (text[i] === '"') {
            let end = i + 1;
            while (end < text.length && text[end] !== '"' && text[end] !== '\n') {
                end += text[end] === '\\' ? 2 : 1;
            }
            literal(i, end + 1, text.slice(i + 1, end));
            i = end + 1;
        } else if (text[i] === "'" && !/[0-9a-fA-F]/.test(text[i - 1] ?? '')) {
            // A quote after a digit separates digits: 1'000.
            let end = i + 1;
            while (end < text.length && text[end] !== "'" && text[end] !== '\n') {
                end += text[end] === '\\' ? 2 : 1;
            }
            blank(i + 1, end);
            i = end + 1;
        } else {
            i += 1;
        }
    }
    return {code: code.join(''), strings};
};

export const line_at = (text, offset) => {
    let line = 1;
    for (let i = 0; i < offset; i += 1) if (text[i] === '\n') line += 1;
    return line;
};
