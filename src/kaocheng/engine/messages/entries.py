"""Messages about the content of fact tables: columns, cells, references (F40–F79)."""

from kaocheng.engine.messages.message import error, warning

ENTRIES = (
    error(
        "F40",
        "缺少“{title}”表（{table}）。",
        "请补上；如果确实一条记录也没有，请保留只有表头的空表。",
        "Table “{table}” ({title}) is missing.",
        "Add it; when there is nothing to record, keep a table with the header only.",
    ),
    error(
        "F41",
        "多出一列“{column}”，方案里没有这个字段。",
        "表头须写字段名：{columns}。",
        "Column “{column}” is not a field of the scheme.",
        "Headers are field ids: {columns}.",
    ),
    error(
        "F42",
        "缺少“{column}”列（{title}）。",
        "请补上这一列，列名写在第一行。",
        "Column “{column}” ({title}) is missing.",
        "Add the column; its name goes into the first row.",
    ),
    error(
        "F43",
        "“{found}”填写有误，应为{want}。",
        "请改正这一格；没有数据就空着，不适用请填“不适用”。",
        "“{found}” cannot be read; expected {want}.",
        "Correct the cell; leave it empty when missing, write 不适用 when not applicable.",
    ),
    error(
        "F44",
        "“{found}”不在可选范围内。",
        "可选：{options}。",
        "“{found}” is not an option.",
        "Options: {options}.",
    ),
    error(
        "F45",
        "{found} 超出范围（{low} 至 {high}）。",
        "请核对原始记录。",
        "{found} is out of range ({low} to {high}).",
        "Check the original record.",
    ),
    error(
        "F46",
        "这一行的格数比表头多。",
        "请检查是否多了逗号；含逗号的文字要加双引号。",
        "The row has more cells than the header.",
        "Look for extra commas; quote texts that contain commas.",
    ),
    error(
        "F47",
        "这一格不能空着。",
        "请补填。",
        "This cell must not be empty.",
        "Fill it in.",
    ),
    error(
        "F48",
        "“{key}”重复（第一次在第 {line} 行）。",
        "请删去重复的一行，或改正编号。",
        "“{key}” occurs twice (first on line {line}).",
        "Delete the repeated row or correct the key.",
    ),
    error(
        "F49",
        "“{found}”在“{table}”里找不到。",
        "请核对编号，或先在“{table}”里登记。",
        "“{found}” is not found in “{table}”.",
        "Check the id or add it to “{table}” first.",
    ),
    error(
        "F50",
        "周期的结束日期 {last} 早于开始日期 {first}。",
        "请核对起止日期。",
        "The period ends on {last}, before it begins on {first}.",
        "Check both dates.",
    ),
    error(
        "F51",
        "方案没有叫“{name}”的参数。",
        "可用参数：{names}。",
        "The scheme has no parameter “{name}”.",
        "Parameters: {names}.",
    ),
    warning(
        "F60",
        "这一条的日期 {day} 不在任何{kind}内，按{kind}统计时没有计入。",
        "请核对日期，或在 periods 表里补上这段时间。",
        "The date {day} lies in no {kind} and is left out of its counts.",
        "Check the date or add the period.",
    ),
    warning(
        "F62",
        "名册“{title}”是空的，没有可考核的对象。",
        "请先填写名册。",
        "The roster “{title}” is empty: there is nobody to assess.",
        "Fill in the roster first.",
    ),
)
