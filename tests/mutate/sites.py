# SPDX-License-Identifier: MIT
"""Where the C of lib/ can be changed, and into what: the mutants of a file.

It reads tokens and not a tree: the layout that clang-format writes tells a product from a
pointer, and a body from a table.
"""
import collections
import re

TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/)
  | (?P<directive>^\#(?:\\\n|/\*.*?\*/|[^\n])*)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<char>'(?:\\.|[^'\\])*')
  | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|[0-9]+[uUlL]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[-+*/%&|^~!<>=?:;,.(){}\[\]])
  | (?P<space>\s+)
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

Token = collections.namedtuple("Token", "kind text begin end")
Mutant = collections.namedtuple("Mutant", "path begin end new kind line")

RELATIONS = {"<": ("<=", ">="), ">": (">=", "<="), "<=": ("<", ">"), ">=": (">", "<"),
             "==": ("!=",), "!=": ("==",)}
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "<<": ">>", ">>": "<<",
             "&": "|", "|": "&", "^": "|", "+=": "-=", "-=": "+=", "|=": "=", "&=": "=",
             "^=": "=", "<<=": ">>=", ">>=": "<<=", "++": "--", "--": "++",
             "&&": "||", "||": "&&"}
KEYWORDS = {"if", "while", "for", "switch", "case", "return", "break", "continue", "else", "do",
            "default", "goto", "sizeof"}
TYPES = re.compile(r"(const|static|struct|enum|union|unsigned|char|int|bool|void|float|double|"
                   r"msk_time|FILE|XML_\w+|\w+_t|\w+_fn)$")
# What opens and shuts an operand of && and ||, and the condition of a ?.
BOUNDS = {"&&", "||", "?", ":", ",", ";", "=", "return", "|=", "&=", "+=", "-=", "{", "}"}


def tokens_of(text):
    """All but white space and comments."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SystemExit(f"what is {text[at:at + 20]!r}?")
        if match.lastgroup not in ("space", "comment"):
            found.append(Token(match.lastgroup, match.group(), match.start(), match.end()))
        at = match.end()
    return found


class File:
    """One file: its tokens, their partners among brackets, and where its functions are."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens = tokens_of(text)
        self.partner = self.match_brackets()
        self.found = []

    def match_brackets(self):
        partner, open_ones = {}, []
        for i, token in enumerate(self.tokens):
            if token.kind == "op" and token.text in "([{":
                open_ones.append(i)
            elif token.kind == "op" and token.text in ")]}":
                partner[i] = open_ones.pop()
                partner[partner[i]] = i
        return partner

    def at_line_start(self, token):
        return token.begin == 0 or self.text[token.begin - 1] == "\n"

    def add(self, begin, end, new, kind):
        """A mutant: the octets from begin to end become new."""
        if self.text[begin:end] != new:
            line = self.text.count("\n", 0, begin) + 1
            self.found.append(Mutant(self.path, begin, end, new, kind, line))

    def change(self, i, new, kind):
        self.add(self.tokens[i].begin, self.tokens[i].end, new, kind)

    def span(self, first, last):
        """The text of the tokens first to last, both included."""
        return self.tokens[first].begin, self.tokens[last].end

    def replace(self, first, last, new, kind):
        self.add(*self.span(first, last), new, kind)

    # --- what stands where -----------------------------------------------------

    def functions(self):
        """(type, index of {, index of }) of each function."""
        for i, token in enumerate(self.tokens):
            if token.text == "{" and self.at_line_start(token):
                yield self.type_before(i), i, self.partner[i]

    def type_before(self, brace):
        name = self.partner[brace - 1] - 1
        first = name
        while first > 0 and (self.tokens[first - 1].kind == "name" or self.tokens[first - 1].text == "*"):
            first -= 1
        words = [t.text for t in self.tokens[first:name]]
        return " ".join(w for w in words if w not in ("static", "inline", "const", "MSK_API"))

    def is_binary(self, i):
        """clang-format puts a space on both sides of what has two operands."""
        token, before = self.tokens[i], self.tokens[i - 1]
        spaced = self.text[token.begin - 1].isspace() and self.text[token.end].isspace()
        return spaced and (before.kind in ("name", "number", "string", "char") or before.text in ")]") \
            and before.text not in KEYWORDS

    def left_of(self, i):
        """The first token of the operand that ends before i."""
        j = i - 1
        while self.tokens[j].text not in BOUNDS and self.tokens[j].text not in ("(", "["):
            j = self.partner[j] if self.tokens[j].text in (")", "]", "}") else j
            j -= 1
        return j + 1

    def right_of(self, i):
        """The last token of the operand that begins after i."""
        j = i + 1
        while self.tokens[j].text not in BOUNDS and self.tokens[j].text not in (")", "]"):
            j = self.partner[j] if self.tokens[j].text in ("(", "[") else j
            j += 1
        return j - 1

    def condition_before(self, question):
        """The first token of the condition of a ?."""
        first = self.left_of(question)
        while self.tokens[first - 1].text in ("&&", "||"):
            first = self.left_of(first - 1)
        return first

    def statement_end(self, i):
        """The ; that ends the statement that begins at i."""
        while self.tokens[i].text != ";":
            i = self.partner[i] if self.tokens[i].text in ("(", "[", "{") else i
            i += 1
        return i

    def begins_statement(self, i):
        before = self.tokens[i - 1].text
        if before == ")":  # of an if, a for, a while
            return self.tokens[self.partner[i - 1] - 1].text in ("if", "for", "while")
        if before == ":":
            return self.is_label(i - 1)
        return before in (";", "{", "}", "else", "do") and not self.in_brackets(i)

    def is_label(self, colon):
        j = colon - 1
        while self.tokens[j].text not in (";", "{", "}", "case", "default", "?"):
            j -= 1
        return self.tokens[j].text in ("case", "default")

    def in_brackets(self, i):
        """Within the head of a for, or an initialiser?"""
        depth = 0
        for j in range(i - 1, -1, -1):
            text = self.tokens[j].text
            depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
            if depth < 0:
                return text != "{" or self.tokens[j - 1].text in ("=", ")", ",", "{") and \
                    not self.opens_block(j)
        return False

    def opens_block(self, brace):
        before = self.tokens[brace - 1].text
        if before == ")":
            head = self.tokens[self.partner[brace - 1] - 1]
            return head.text in ("if", "for", "while", "switch") or self.at_line_start(self.tokens[brace])
        return before in ("else", "do", ";", "{", "}") or before == ":"

    # --- the kinds -------------------------------------------------------------

    def take_operator(self, i):
        text = self.tokens[i].text
        if text in ("++", "--"):
            self.change(i, OPERATORS[text], "operator")
        elif text in RELATIONS and self.is_binary(i):
            for new in RELATIONS[text]:
                self.change(i, new, "operator")
        elif text in OPERATORS and self.is_binary(i):
            self.change(i, OPERATORS[text], "operator")
        if text == "!" and self.tokens[i].kind == "op":
            self.change(i, "", "operator")
        if text in ("&&", "||"):
            neutral = "1" if text == "&&" else "0"
            self.replace(self.left_of(i), i - 1, neutral, "condition")
            self.replace(i + 1, self.right_of(i), neutral, "condition")
        if text == "?":
            for new in "01":
                self.replace(self.condition_before(i), i - 1, new, "condition")

    def take_constant(self, i):
        token = self.tokens[i]
        if token.kind == "number":
            number, tail = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", token.text).groups()
            value = int(number, 0)
            for new in {value + 1, max(value - 1, 0)} - {value}:
                self.change(i, (hex(new) if number[:2] in ("0x", "0X") else str(new)) + tail, "constant")
        elif token.text in ("true", "false"):
            self.change(i, "false" if token.text == "true" else "true", "constant")
        elif token.kind == "string" and len(token.text) > 2 and self.tokens[i - 1].text != "return":
            self.change(i, '"' + ("~" if token.text[1] != "\\" else "\\") + token.text[2:], "constant")
        elif token.kind == "char" and len(token.text) == 3:
            self.change(i, f"'{chr(ord(token.text[1]) ^ 1)}'", "constant")
        elif token.kind == "name" and re.fullmatch(r"[A-Z][A-Z0-9_]+", token.text) and \
                self.tokens[i + 1].text != "(" and token.text != "NULL":
            self.change(i, f"({token.text} + 1)", "constant")

    def take_statement(self, i, returns):
        token = self.tokens[i]
        if token.text in ("if", "while") and self.tokens[i + 1].text == "(":
            for new in ("0", "1") if token.text == "if" else "0":
                self.replace(i + 2, self.partner[i + 1] - 1, new, "condition")
        if not self.begins_statement(i):
            return
        if token.text == "return":
            self.take_return(i, returns)
        elif token.text in ("break", "continue") or self.is_expression(i):
            self.replace(i, self.statement_end(i), ";", "deletion")

    def is_expression(self, i):
        if self.tokens[i].text in KEYWORDS or self.tokens[i].text in ("{", "}", ";"):
            return False
        if self.tokens[i].text == "(":  # (void)call();
            return True
        return not TYPES.match(self.tokens[i].text) and self.tokens[i].kind in ("name", "op") and \
            self.tokens[i + 1].text != ":"

    def take_return(self, i, returns):
        last = self.statement_end(i) - 1
        if last == i:
            return
        begin, end = self.span(i + 1, last)
        value = self.text[begin:end]
        if returns == "bool":
            if value not in ("true", "false"):
                self.add(begin, end, f"!({value})", "value")
        elif returns.endswith("*"):
            if value != "NULL":
                self.add(begin, end, "NULL", "value")
        elif not returns.startswith("struct"):
            if value not in ("0", "MSK_OK"):
                self.add(begin, end, "0", "value")
            if not re.fullmatch(r"\d+|[A-Z0-9_]+", value) and returns != "int":
                self.add(begin, end, f"({value}) + 1", "value")

    def take_cells(self):
        """Of a table of a machine: each action, and each next state, becomes every other one."""
        table = re.search(r"^static const uint8_t \w+_table\[.*?^\};", self.text, re.DOTALL | re.MULTILINE)
        after = re.search(r"^static const uint8_t \w+_next\[\].*?^\};", self.text, re.DOTALL | re.MULTILINE)
        if table is None or after is None:
            return
        actions = re.findall(r"\[([A-Z]A_\w+)\]", after.group())
        states = sorted(set(re.findall(r"\] = (\w+)", after.group())))
        rows = re.compile(r"\[MSK_\w+\] += \{ (.*?) *\}")
        for row in rows.finditer(self.text, *table.span()):
            for cell in re.compile(r"\w+").finditer(self.text, *row.span(1)):
                for word in ["0", *actions]:
                    self.add(*cell.span(), word, "cell")
        for entry in re.compile(r"\] = (\w+)").finditer(self.text, *after.span()):
            for word in states:
                self.add(*entry.span(1), word, "cell")

    def declares_array(self, i):
        """Is the bracket that i stands in one of a declaration: its length?"""
        j = i
        while j > 0 and self.tokens[j].text not in (";", "{", "}", "(", "="):
            j -= 1
        return TYPES.match(self.tokens[j + 1].text) is not None

    def within(self, i):
        """The index of the [ around i, or None."""
        depth = 0
        for j in range(i - 1, max(i - 40, 0), -1):
            text = self.tokens[j].text
            depth += (text == "]") - (text == "[")
            if depth < 0:
                return j
            if text in ("{", "}", ";"):
                return None
        return None

    def take_tables(self):
        """Constants of tables and of #define, outside of functions. Not of machines."""
        inside = [(first, last) for _, first, last in self.functions()]
        machine = "_next[] = {" in self.text
        for i, token in enumerate(self.tokens):
            if token.kind == "directive":
                self.take_define(token)
            elif not machine and not any(first < i < last for first, last in inside):
                if self.tokens[i - 1].text in (",", "{", "=") and self.in_table(i):
                    self.take_constant(i)

    def take_define(self, token):
        found = re.match(r"#define [A-Z0-9_]+ (\d+)\b", token.text)
        if found is not None:
            begin, end = (token.begin + n for n in found.span(1))
            for new in (int(found.group(1)) + 1, int(found.group(1)) - 1):
                if new >= 0:
                    self.add(begin, end, str(new), "constant")

    def in_table(self, i):
        depth = 0
        for j in range(i - 1, -1, -1):
            text = self.tokens[j].text
            depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
            if depth < 0 and text == "{":
                depth = 0
                if self.tokens[j - 1].text == "=":
                    return True
            elif depth == 0 and text == ";":
                return False
        return False

    def mutants(self):
        for returns, first, last in self.functions():
            for i in range(first + 1, last):
                self.take_operator(i)
                self.take_statement(i, returns)
                bracket = self.within(i)
                if bracket is None or not self.declares_array(bracket):
                    self.take_constant(i)
        if self.path.endswith(".c"):
            self.take_tables()
            self.take_cells()
        seen = {}
        for mutant in self.found:
            seen.setdefault((mutant.begin, mutant.end, mutant.new), mutant)
        return list(seen.values())


def mutants_of(path, text):
    return File(path, text).mutants()


def applied(mutant, text):
    return text[:mutant.begin] + mutant.new + text[mutant.end:]


def lines_of(mutant, text):
    """The lines that it changes, as ([old], [new]), with as many before them as make them one place."""
    begin = text.rfind("\n", 0, mutant.begin) + 1
    end = text.find("\n", mutant.end)
    tail = text[mutant.end:end]
    while begin > 0 and text.count(text[begin:end]) != 1:
        begin = text.rfind("\n", 0, begin - 1) + 1
    new = text[begin:mutant.begin] + mutant.new + tail
    return text[begin:end].split("\n"), new.split("\n")
