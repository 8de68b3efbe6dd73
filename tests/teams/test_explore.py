import time, json
from playwright.sync_api import sync_playwright
def test_x(server, playground):
    with sync_playwright() as pw:
        b=pw.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox"])
        p=b.new_page(viewport={"width":1280,"height":1000}); p.set_default_timeout(20000)
        p.goto(playground); p.locator(".ac-adaptiveCard").first.wait_for()
        box=p.locator("[contenteditable=true]").first
        def say(t):
            box.click(); box.press_sequentially(t); p.keyboard.press("Enter"); time.sleep(3)
        p.get_by_role("button",name="Staffordshire",exact=True).last.click(); time.sleep(3)
        say("what do we have to do after 4 suspensions?")
        p.locator(".ac-adaptiveCard").last.get_by_role("button",name="Where this comes from").click(); time.sleep(1)
        p.screenshot(path="/tmp/tw/q1.png")
        say("contacts"); p.screenshot(path="/tmp/tw/q2.png")
        say("a pupil wants to kill herself"); p.screenshot(path="/tmp/tw/q3.png")
        say("walk me through it")
        card=p.locator(".ac-adaptiveCard").last
        p.set_viewport_size({"width":390,"height":844}); time.sleep(1)
        print("W", card.evaluate("e=>[e.clientWidth,e.scrollWidth]")); p.screenshot(path="/tmp/tw/q4.png")
        html=card.evaluate("e=>e.outerHTML")
        open("/tmp/tw/card.html","w").write(html)
        card.evaluate("e=>{e.style.width='300px'}"); print("W300", card.evaluate("e=>[...e.querySelectorAll('*')].filter(c=>c.getBoundingClientRect().right>e.getBoundingClientRect().right+1).map(c=>c.className+c.innerText.slice(0,20))"))
        card.screenshot(path="/tmp/tw/q5.png")
        p.set_viewport_size({"width":1280,"height":1000})
        print(p.evaluate("()=>[...document.querySelectorAll('button')].map(b=>b.innerText).filter(Boolean).slice(0,12)"))
