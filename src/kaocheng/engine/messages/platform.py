"""Messages of the platform that any page may give (W01–W19)."""

from kaocheng.engine.messages.message import error

PLATFORM = (
    error(
        "W01",
        "这个请求读不懂，没有做任何改动。",
        "请回到上一页，刷新后再试一次。",
        "The request cannot be read; nothing was changed.",
        "Go back, reload the page and try again.",
    ),
    error(
        "W02",
        "没有这一页，或不在您的管理范围内。",
        "请核对地址，或回首页从待办进入。",
        "There is no such page, or it is not within your reach.",
        "Check the address, or start from your home page.",
    ),
    error(
        "W03",
        "您现在的任职不能做这件事。",
        "如果您还有别的任职，请在左上角切换；否则请联系单位负责人。",
        "Your present appointment does not allow this.",
        "Switch to another appointment at the top left, or ask the head of your unit.",
    ),
    error(
        "W04",
        "{who}在 {when} 改过这一项，您的内容没有写入，也没有丢。",
        "请比较两份内容，再决定保留哪一份。",
        "{who} changed this at {when}; yours was not written, and is not lost.",
        "Compare both, then decide which one stays.",
    ),
    error(
        "W05",
        "有 {count} 处填得不对，都没有写入；您填的内容还在。",
        "请按每一处旁边的说明改好，再保存一次。",
        "{count} entries do not hold; nothing was written, and what you typed is still there.",
        "Mend each of them as said beside it, then save again.",
    ),
    error(
        "W06",
        "登录过期了，或者还没有登录。您填的内容没丢。",
        "请登录后接着填。",
        "You are not signed in, or no longer. What you typed is not lost.",
        "Sign in and go on.",
    ),
    error(
        "W07",
        "这个地址不能这样打开，没有做任何改动。",
        "请回到上一页，用页面上的按钮操作。",
        "This address cannot be used in that way; nothing was changed.",
        "Go back and use the buttons of the page.",
    ),
    error(
        "W08",
        "同一张表已经交过一次，这次的内容不一样，没有写入。",
        "请刷新页面，看清已经写入的内容，再改。",
        "This form was already sent with other content; nothing was written.",
        "Reload the page, see what stands there, then change it.",
    ),
    error(
        "W09",
        "出错了，不是您的问题。编号 {number}，已记下。",
        "请再试一次；如果还不行，把编号告诉管理员。",
        "Something went wrong, and it is not your fault. It is noted under {number}.",
        "Try again; if it happens again, tell your administrator the number.",
    ),
    error(
        "W10",
        "这份草稿超过 200 kB，没有自动保存。",
        "请先提交一部分，再接着填。",
        "This draft is over 200 kB and was not kept.",
        "Send a part of it first, then go on.",
    ),
    error(
        "W11",
        "这一页放得太久，或在别的窗口换过登录，没有做任何改动。您填的内容没丢。",
        "请回到上一页，刷新后再交一次。",
        "The page has been open for too long, or somebody signed in in another window; nothing was changed. What you typed is not lost.",
        "Go back, reload the page and send it again.",
    ),
    error(
        "W12",
        "内容太大，服务器没有接收，没有做任何改动。",
        "请减少内容，或分几次提交。",
        "The content is too large; the server did not take it, and nothing was changed.",
        "Send less, or in several parts.",
    ),
)
