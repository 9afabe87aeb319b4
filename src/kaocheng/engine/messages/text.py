"""Messages about the text of a pack's files: YAML and how it is read."""

from kaocheng.engine.messages.message import error

TEXT = (
    error(
        "Y01",
        "文件太大（超过 {most} 个字符）。",
        "请把明细数据放进台账表格，方案里只写规则。",
        "The file is too large (over {most} characters).",
        "Keep detailed data in register tables; a scheme holds rules only.",
    ),
    error(
        "Y02",
        "缩进用了制表符（Tab）。",
        "请把行首的 Tab 换成空格，每层两个。",
        "The indentation uses a tab.",
        "Replace leading tabs by two spaces per level.",
    ),
    error(
        "Y03",
        "这里读不下去：{why}。",
        "请检查这一行和上一行的冒号、缩进、引号和括号。",
        "Cannot read on here: {why}.",
        "Check colons, indentation, quotes and brackets on this line and the one before.",
    ),
    error(
        "Y04",
        "文件里有不能显示的字符，或不是 UTF-8 编码。",
        "请用记事本“另存为”选择 UTF-8 编码再保存。",
        "The file holds unprintable characters or is not UTF-8.",
        "Save the file again as UTF-8.",
    ),
    error(
        "Y05",
        "层次太深（超过 {most} 层）。",
        "请把内容拆成几个指标或几份台账。",
        "Nested too deeply (over {most} levels).",
        "Split the content into several items or registers.",
    ),
    error(
        "Y06",
        "文件是空的。",
        "可用 kaocheng new 名称 生成带说明的样例。",
        "The file is empty.",
        "`kaocheng new NAME` writes a commented example.",
    ),
    error(
        "Y07",
        "不能使用 YAML 的“{what}”写法（锚点、别名、标签、合并、分文档）。",
        "请把内容直接写出来；需要重复使用的数字放进 parameters.yaml。",
        "YAML's “{what}” (anchor, alias, tag, merge, second document) is not allowed.",
        "Write the content out; put numbers used twice into parameters.yaml.",
    ),
    error(
        "Y08",
        "冒号左边必须是一个名称。",
        "请检查“-”和冒号的位置。",
        "The left side of a colon must be a name.",
        "Check where dashes and colons stand.",
    ),
    error(
        "Y09",
        "“{key}”写了两次（第一次在第 {line} 行）。",
        "请删去一个，或合并成一处。",
        "“{key}” is written twice (first on line {line}).",
        "Delete one or merge them.",
    ),
    error(
        "Y10",
        "找不到方案“{path}”：该文件夹里没有 scheme.yaml。",
        "请核对路径；可用 kaocheng new 名称 新建一个方案。",
        "No scheme at “{path}”: the folder has no scheme.yaml.",
        "Check the path; `kaocheng new NAME` creates a scheme.",
    ),
    error(
        "Y11",
        "文件打不开：{why}。",
        "请核对文件名；一份方案至少要有 scheme.yaml 和 registers.yaml，文件要关闭后再读。",
        "The file cannot be opened: {why}.",
        "Check its name, and that it is not locked; a scheme needs scheme.yaml and registers.yaml.",
    ),
)
