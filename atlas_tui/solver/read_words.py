"""Headings of statements in other languages, as the English ones that the reader knows."""

from __future__ import annotations

import re

_HEADINGS = {
    "Sample Input": (
        "入力例", "输入样例", "样例输入", "输入示例", "示例输入", "範例輸入", "輸入範例",
        "예제 입력", "입력 예제",
        "пример входных данных", "примеры входных данных", "пример ввода", "входной пример",
        "ejemplo de entrada", "entrada de ejemplo", "exemplo de entrada", "entrada de exemplo",
        "exemple d'entrée", "beispieleingabe",
    ),
    "Sample Output": (
        "出力例", "输出样例", "样例输出", "输出示例", "示例输出", "範例輸出", "輸出範例",
        "예제 출력", "출력 예제",
        "пример выходных данных", "примеры выходных данных", "пример вывода", "ejemplo de salida",
        "salida de ejemplo", "exemplo de saída", "saída de exemplo", "exemple de sortie", "beispielausgabe",
    ),
    "Input Format": (
        "输入格式", "输入描述", "輸入格式", "輸入說明", "формат входных данных", "формат ввода",
    ),
    "Output Format": (
        "输出格式", "输出描述", "輸出格式", "輸出說明", "формат выходных данных", "формат вывода",
    ),
    "Input": ("入力", "输入", "輸入", "입력", "входные данные", "ввод", "entrada", "entrée", "eingabe"),
    "Output": (
        "出力", "输出", "輸出", "출력", "выходные данные", "вывод", "salida", "saída", "sortie", "ausgabe",
    ),
    "Examples": (
        "输入输出样例", "样例", "示例", "範例", "例", "예제", "пример", "примеры", "примеры тестов",
        "ejemplo", "ejemplos", "exemplo", "exemplos", "exemple", "exemples", "beispiel", "beispiele",
    ),
    "Note": (
        "说明/提示", "提示", "备注", "注意", "ノート", "примечание", "примечания", "замечание",
        "nota", "notas",
    ),
    "Explanation": (
        "解説", "说明", "样例说明", "样例解释", "解释", "說明", "пояснение", "пояснения", "объяснение",
        "explicación", "explicação", "explication", "erklärung",
    ),
    "Constraints": (
        "制約", "数据范围", "数据规模与约定", "数据范围与提示", "约束", "限制", "ограничения",
        "restricciones", "restrições", "contraintes",
    ),
    "Problem": ("問題文", "问题描述", "题目描述", "題目描述", "배점", "配点", "условие", "задача"),
}  # fmt: skip
_ENGLISH = {foreign: english for english, words in _HEADINGS.items() for foreign in words}
_FOREIGN = re.compile(
    r"(?P<lead>[ \t>#*_`【\[<(=~-]*)(?P<word>"
    + "|".join(map(re.escape, sorted(_ENGLISH, key=len, reverse=True)))
    + r")(?=[\s:：#*_`】\]>)=~\d.-]|скопировать|コピー|复制|$)",
    re.IGNORECASE,
)
_NOTHING_MORE = re.compile(
    r"[\s:：#*_`】\]>)=~\d.№-]*(?:скопировать|コピー|复制)?\s*|[ \t*_]*[:：].*", re.IGNORECASE | re.DOTALL
)


def in_english(line: str) -> str:
    """``line`` with the foreign heading it begins with, if any, replaced by the English one."""
    found = _FOREIGN.match(line)
    if found is None:
        return line
    word, rest = found["word"], line[found.end() :]
    english = _ENGLISH[word.lower()]
    if not _NOTHING_MORE.fullmatch(rest):
        return line  # The word begins a sentence.
    # What is written small may as well be data: it stays small.
    return f"{found['lead']}{english.lower() if word.islower() else english}{rest}"
