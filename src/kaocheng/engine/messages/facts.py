"""Messages about tables of facts, and about the files that hold them."""

from kaocheng.engine.messages.message import error, warning

FACTS = (
    error(
        "F01",
        "没有找到数据文件夹或文件“{path}”。",
        "请核对路径；可用 kaocheng facts 方案 --template 文件夹 生成空表。",
        "No facts folder or file at “{path}”.",
        "Check the path; `kaocheng facts PACK --template DIR` writes empty tables.",
    ),
    warning(
        "F02",
        "多出一张方案用不到的表“{table}”，已忽略。",
        "如果表名写错了，请改成方案中的表名：{tables}。",
        "Extra table “{table}” is not used by the scheme and is ignored.",
        "If the name is a slip, rename it to one of: {tables}.",
    ),
)
