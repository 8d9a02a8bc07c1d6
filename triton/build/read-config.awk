# Reads a model's config.pbtxt (protobuf text format, laid out in any way) and prints what the build needs of it, one
# "key value" a line: name, platform, backend, max_batch_size, input NAME 3x640x640, parameter KEY VALUE.

{ sub(/\r$/, ""); text = text $0 "\n" }

END {
    depth = 0
    for (position = 1; read_token(); ) {
        if (kind == "name") {
            if (in_list[depth]) value(list_of[depth])
            else if (after_colon) value(field)
            else field = token
        } else if (kind == "string") value(in_list[depth] ? list_of[depth] : field)
        else if (token == ":") after_colon = 1
        else if (token == "[") { in_list[depth] = 1; list_of[depth] = field; after_colon = 0 }
        else if (token == "]") in_list[depth] = 0
        else if (token == "{" || token == "<") enter(in_list[depth] ? list_of[depth] : field)
        else if ((token == "}" || token == ">") && depth > 0) leave()
    }
}

# The next token at `position`, past spaces and comments; 0 at the end.
function read_token(    rest, quote, char) {
    while (position <= length(text)) {
        char = substr(text, position, 1)
        if (char == "#") { rest = substr(text, position); position += index(rest, "\n") ? index(rest, "\n") : length(rest) }
        else if (char ~ /[ \t\n]/) position++
        else break
    }
    if (position > length(text)) return 0
    if (char == "\"" || char == "'") {
        quote = char; token = ""; kind = "string"
        for (position++; position <= length(text); position++) {
            char = substr(text, position, 1)
            if (char == "\\") { position++; token = token substr(text, position, 1); continue }
            if (char == quote) break
            token = token char
        }
        position++
        return 1
    }
    if (match(substr(text, position), /^[A-Za-z0-9_.+-]+/)) {
        kind = "name"; token = substr(text, position, RLENGTH); position += RLENGTH
        return 1
    }
    kind = "mark"; token = char; position++
    return 1
}

function enter(message) {
    path[++depth] = message; in_list[depth] = 0; after_colon = 0
    if (depth == 1) { input_name = ""; input_dims = ""; parameter_key = ""; parameter_value = "" }
}

function leave() {
    if (depth == 1 && path[1] == "input") print "input", input_name, input_dims
    if (depth == 1 && path[1] == "parameters") print "parameter", parameter_key, parameter_value
    depth--
    after_colon = 0
}

function value(of) {
    after_colon = 0
    if (depth == 0 && (of == "name" || of == "platform" || of == "backend" || of == "max_batch_size")) print of, token
    else if (depth == 1 && path[1] == "input" && of == "name") input_name = token
    else if (depth == 1 && path[1] == "input" && of == "dims") input_dims = input_dims (input_dims == "" ? "" : "x") token
    else if (depth == 1 && path[1] == "parameters" && of == "key") parameter_key = token
    else if (depth == 2 && path[1] == "parameters" && of == "string_value") parameter_value = token
}
