"""Messages about rosters and ledgers (K20–K39, K95–K99)."""

from kaocheng.engine.messages.message import Message, error

ENTERING: tuple[Message, ...] = (
    error(
        "K20",
        "这件事已经登记过：{entry}，没有重复写入。",
        "请打开那一条核对；内容不对的，在那一条上更正。",
        "This has been entered before: {entry}; nothing was written twice.",
        "Open that entry; if it is wrong, correct it there.",
    ),
    error(
        "K21",
        "您不能在“{register}”里登记“{subject}”，没有写入。",
        "这张台账由{who}登记，请转告他们。",
        "You cannot enter “{subject}” in “{register}”; nothing was written.",
        "It is entered by: {who}.",
    ),
    error(
        "K22",
        "“{register}”每一条都要附佐证材料，这一次没有附，没有写入。",
        "请附上文件（照片、扫描件、PDF 都可以），再登记一次。",
        "Every entry of “{register}” needs evidence; none was attached, nothing was written.",
        "Attach a file (photo, scan or PDF), then enter it again.",
    ),
    error(
        "K23",
        "{day} 早于正在进行的“{round}”的开始日期 {first}，没有写入。",
        "请核对日期；确属以前的事，请报采用方案的单位处理。",
        "{day} lies before {first}, on which “{round}” began; nothing was written.",
        "Check the date; for what is earlier, ask the unit that has adopted the scheme.",
    ),
    error(
        "K24",
        "{when} 属于已经归档的“{round}”，不能再登记，没有写入。",
        "请核对日期或周期；归档后发现的差错，按方案的申诉、复核办理。",
        "{when} belongs to “{round}”, which is archived; nothing was written.",
        "Check the date or period; errors found later go the way of an appeal.",
    ),
    error(
        "K25",
        "这一条是您自己登记的，不能由您审签。",
        "请由另一位有审签责任的人审签。",
        "You entered this yourself and cannot sign it.",
        "Let somebody else who signs for it do so.",
    ),
    error(
        "K26",
        "这一条现在是“{now}”，不能{deed}，没有做任何改动。",
        "请刷新页面看最新情况。",
        "This entry is now “{now}”, so this cannot be done; nothing was changed.",
        "Reload the page to see how it stands.",
    ),
    error(
        "K27",
        "“{roster}”里没有“{found}”。",
        "请写名册里的姓名（名称）或编号；确实缺人的，请先补进名册。",
        "“{found}” is not in “{roster}”.",
        "Write a name or key as the roster has it; if somebody is missing, add them first.",
    ),
    error(
        "K114",
        "没有“{found}”这个代码或名称。",
        "请写表里的一个，如 {known}。",
        "There is no such code or title as “{found}”.",
        "Write one of the table, such as {known}.",
    ),
    error(
        "K28",
        "“{roster}”里有 {count} 个“{found}”，分不清是哪一个。",
        "请改写编号：{keys}。",
        "“{roster}” has {count} of the name “{found}”.",
        "Write the key instead: {keys}.",
    ),
    error(
        "K29",
        "还没有写{what}，或者超过 {most} 个字。",
        "请用一两句话写明，再提交。",
        "{what} is missing, or longer than {most} characters.",
        "Say it in a sentence or two, then send it again.",
    ),
    error(
        "K30",
        "登记已经超过 {minutes} 分钟，这一条已{now}，不能直接撤销。",
        "请用“更正”；整条不该有的，由有审签责任的人写明理由后撤销。",
        "It was entered more than {minutes} minutes ago and is “{now}”; it cannot be undone.",
        "Correct it; what should not be there at all is withdrawn, with a reason, by who signs.",
    ),
    error(
        "K31",
        "这一条现在在“{now}”，下一步是“{next}”，不能直接到“{found}”。",
        "请按先后一步一步办。",
        "This entry is at “{now}”; the next step is “{next}”, not “{found}”.",
        "Take one step after the other.",
    ),
    error(
        "K32",
        "这一步现在不由您办，要由{who}办。",
        "请转告他们；您的责任有误的，请采用方案的单位核对“谁是谁”。",
        "This is not yours to do now; it is for: {who}.",
        "Tell them; if that is wrong, ask the adopting unit to mend its table of titles.",
    ),
    error(
        "K33",
        "“{field}”最多 {most} 个字，现在有 {count} 个。",
        "请缩短；长的内容请作为佐证材料附上。",
        "“{field}” takes {most} characters at most; there are {count}.",
        "Shorten it, or attach the long text as a file.",
    ),
    error(
        "K34",
        "“{field}”的数“{found}”太大或小数位太多，没有写入。",
        "请核对是不是多打了；整数部分最多 {most} 位。",
        "The number “{found}” in “{field}” is too large or too fine; nothing was written.",
        "Check it for a typing error; at most {most} digits stand before the point.",
    ),
)

IMPORTING: tuple[Message, ...] = (
    error(
        "K35",
        "没有读到可以登记的内容。",
        "请确认表格第一行是列名，或者粘贴的是整段接龙。",
        "There was nothing to read in it.",
        "Make sure that the first row holds the headings, or paste the whole list.",
    ),
    error(
        "K36",
        "接龙第 {line} 行没有看懂：“{text}”。",
        "请改成“姓名 {example}”的样子，再检查一次。",
        "Line {line} of the list was not understood: “{text}”.",
        "Write it as “name {example}”, then check it again.",
    ),
    error(
        "K37",
        "还有 {count} 处要改，一条也没有导入。",
        "请下载标出问题的表，改好后整份再来一次。",
        "{count} places have to be mended; nothing was imported.",
        "Download the table of problems, mend it and bring the whole again.",
    ),
    error(
        "K38",
        "“{title}”现在是“{state}”，不能登记，没有写入。",
        "请看这张台账属于哪一份施行中的方案。",
        "“{title}” is now “{state}”; nothing can be entered.",
        "See which adoption is in force.",
    ),
    error(
        "K39",
        "“{roster}”里已经有编号“{key}”，没有写入。",
        "请换一个编号，或者修改原来那一行。",
        "“{roster}” already has the key “{key}”; nothing was written.",
        "Choose another key, or change the row that is there.",
    ),
)

CORRECTING: tuple[Message, ...] = (
    error(
        "K97",
        "“{name}”不能作为佐证材料，没有写入。",
        "佐证材料收照片、扫描件、PDF、Office 文件、录音录像和 zip，不收纯文字文件。",
        "“{name}” cannot serve as evidence; nothing was written.",
        "Evidence is photos, scans, PDF, Office files, audio, video and zip, not plain text.",
    ),
    error(
        "K120",
        "“{field}”由{who}填写，登记、更正时请空着或不改。",
        "请清空这一栏；登记以后，{who}打开这一条来填。",
        "“{field}” is for {who} to fill in; leave it empty or as it is.",
        "Clear the box; once the entry is there, {who} opens it and fills it in.",
    ),
    error(
        "K95",
        "这一条已有更正{entry}，现在是“{now}”，没有做任何改动。",
        "请打开那条更正：可以再改，可以等它审签，也可以先把它撤销。原记录在此以前仍计入。",
        "A correction of this entry is “{now}” already: {entry}; nothing was changed.",
        "Open it: change it, wait until it is signed, or withdraw it. Until then this one counts.",
    ),
    error(
        "K96",
        "要更正的原记录{entry}现在是“{now}”，这条更正不能再改，没有写入。",
        "请打开原记录看最新情况，在最新的一条上更正；这条更正可以撤销。",
        "What this corrects, {entry}, is “{now}” by now; nothing was written.",
        "Open it, and correct the latest one; this correction can be withdrawn.",
    ),
)

LEDGERS: tuple[Message, ...] = (*ENTERING, *IMPORTING, *CORRECTING)
