"""Messages about comparing versions and trying changes (V01–V19)."""

from kaocheng.engine.messages.message import error, warning

VERSIONS = (
    error(
        "V01",
        "“{path}”里没有参数。",
        "请给一张有 id、value 两列的表，或放这些表的文件夹：{names}。",
        "“{path}” holds no parameters.",
        "Give a table with the columns id and value, or a folder of these tables: {names}.",
    ),
    error(
        "V02",
        "现在的方案要用“{title}”（{table}），数据里没有这张表，不能试算。",
        "请按现在的方案补一份 {table}（kaocheng facts 可以列出各列）；确实没有的，给一张只有表头的空表。",
        "The second pack needs “{title}” ({table}), which the facts do not have.",
        "Add {table} as the second pack wants it (`kaocheng facts` lists the columns); an empty table with a header will do where there are no entries.",
    ),
    error(
        "V03",
        "现在的方案里“{title}”必须有“{column}”一列，数据里没有，不能试算。",
        "请在 {table} 里补上这一列。",
        "In the second pack “{title}” must have the column “{column}”, which the facts do not have.",
        "Add the column to {table}.",
    ),
    warning(
        "V04",
        "现在的方案在“{title}”里多用了“{column}”一列，数据里没有，按没有填计算。",
        "要看这一列的影响，请在 {table} 里补上再试算。",
        "The second pack reads the column “{column}” of “{title}”, which the facts do not have: it counts as not filled in.",
        "Add the column to {table} and try again to see what it changes.",
    ),
    warning(
        "V05",
        "现在的方案不再用数据里的“{what}”，试算时没有读它。",
        "不必处理；数据本身没有改动。",
        "The second pack no longer uses “{what}” of the facts; it was not read for it.",
        "Nothing needs to be done; the facts are unchanged.",
    ),
    warning(
        "V06",
        "“{title}”的默认值改了，但数据里已经填了它，结果仍按所填的算。",
        "要试默认值，请把 parameters 表里的 {id} 去掉再试算。",
        "The default of “{title}” changed, but the facts set it: results follow what is set.",
        "Leave {id} out of the table `parameters` to try the default.",
    ),
    error(
        "V07",
        "两份方案没有共同的结果表，没有可以对照的结果。",
        "请确认是同一个考核的两个版本；结果表按编号或名称对应。原来有：{old}。现在有：{new}。",
        "The two packs have no result in common.",
        "Check that they are versions of one scheme; results are matched by id or title. First: {old}. Second: {new}.",
    ),
    warning(
        "V08",
        "改动多于 {most} 处，只单独试算了前 {most} 处。",
        "要全部单独试算，请写 --try {count}。",
        "There are more than {most} changes; only the first {most} were tried alone.",
        "Write `--try {count}` to try each of them alone.",
    ),
)
